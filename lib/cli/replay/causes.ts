/** How often each cause of a refusal came, by code and reason. */
export class Causes {
  readonly #counts = new Map<string, { readonly code: string; readonly reason: string; count: number }>();
  total = 0;

  add(code: string, message: string): void {
    this.total += 1;
    const reason = reasonIn(message);
    const key = `${code} ${reason}`;
    const known = this.#counts.get(key);
    if (known !== undefined) known.count += 1;
    // What comes late of very many is only summed up.
    else if (this.#counts.size < MOST_KEPT) this.#counts.set(key, { code, reason, count: 1 });
  }

  /** From the most frequent one on. */
  get all(): readonly { readonly code: string; readonly reason: string; readonly count: number }[] {
    return [...this.#counts.values()].toSorted((a, b) => b.count - a.count);
  }
}

/** What is the same in many messages: without the numbers of frames, and what the bytes were. */
function reasonIn(message: string): string {
  const found = PATTERNS.map((pattern) => pattern.exec(message)?.[1]).find((reason) => reason !== undefined);
  const reason = found ?? message.replaceAll(/\d+/g, 'N');
  return reason.length <= LONGEST ? reason : `${reason.slice(0, LONGEST)}…`;
}

const PATTERNS = [
  /^Frame \d+ of connection \d+ cannot be parsed: (.*?) at byte \d+/,
  /^A record of frame \d+ of connection \d+ breaks the schema: (.*?)\. /,
  /^(The transform `\w+` cannot be applied) to a record of frame \d+/,
];
const MOST_KEPT = 1_000;
const LONGEST = 100;
