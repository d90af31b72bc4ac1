/**
 * What pipeline files of faucet may hold that is not part of spillway: what becomes of it, and what to use. The sentences
 * of errors and notes come from here, and so does the table of the documentation.
 */
export interface FaucetTerms {
  /** The object or value that it is about, as keys from the top of the file; `*` stands for any key or index. */
  readonly at: readonly string[];
  /** Only where the sink is of this type; then `at` begins at its `config`. */
  readonly sink?: string;
  /** Keys of the object there. */
  readonly keys?: Readonly<Record<string, FaucetTerm>>;
  /** Words that the value there may be. */
  readonly words?: Readonly<Record<string, FaucetTerm>>;
}

/** One key or word. */
export interface FaucetTerm {
  /**
   * `refused`: an error; `moved`: an error, since it stands elsewhere;
   * `noted`: taken, without effect, and told.
   */
  readonly verdict: 'refused' | 'moved' | 'noted';
  /** The rest of the sentence, after the name: what to use in its place, or why it has no effect. */
  readonly advice: string;
}

/** It is not part of spillway. */
export function refused(advice: string): FaucetTerm {
  return { verdict: 'refused', advice };
}

/** It stands elsewhere. */
export function moved(advice: string): FaucetTerm {
  return { verdict: 'moved', advice };
}

/** It is accepted, has no effect, and that is told. */
export function noted(advice: string): FaucetTerm {
  return { verdict: 'noted', advice };
}

/** The sentence that an error or a note says of a term. */
export function sentenceOf(name: string, { verdict, advice }: FaucetTerm): string {
  if (verdict === 'moved') return `\`${name}\` does not stand here: ${advice}.`;
  if (verdict === 'noted') return `\`${name}\` of faucet has no effect here: ${advice}.`;
  return `\`${name}\` of faucet is not part of spillway: ${advice}.`;
}
