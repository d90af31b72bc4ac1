/** What is wrong, for a check. */
export interface Objection {
  readonly detail: string;
  readonly advice: string;
}
