/** What one look found. */
export interface CheckResult extends Verdict {
  readonly side: Side;
  /** What was looked at, in a word or two: `TLS`, `first frame`, `free space`. */
  readonly name: string;
  /** How long it took; `undefined` when it was not looked at. */
  readonly elapsedMs: number | undefined;
}

/** Where it was looked: at the file, towards the server, where the records go, or towards who is told how a run is. */
export type Side = 'configuration' | 'feed' | 'sink' | 'observability';

/** What came out of a look. */
export interface Verdict {
  /** `warning`: a run works, and soon or in some cases does not. `skipped`: it was not looked at. */
  readonly status: 'ok' | 'warning' | 'failed' | 'skipped';
  /** What was found, as a clause; for `skipped` why it was not looked at. */
  readonly detail: string;
  /** What else was found, a line each. */
  readonly more?: readonly string[] | undefined;
  /** What to try, as whole sentences, when it is not ok. */
  readonly advice?: string | undefined;
}

export function ok(detail: string, more: readonly string[] = []): Verdict {
  return { status: 'ok', detail, more };
}

export function warning(detail: string, advice: string): Verdict {
  return { status: 'warning', detail, advice };
}

export function failed(detail: string, advice: string, more: readonly string[] = []): Verdict {
  return { status: 'failed', detail, advice, more };
}

export function skipped(detail: string): Verdict {
  return { status: 'skipped', detail };
}
