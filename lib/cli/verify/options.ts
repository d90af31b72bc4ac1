/** How files are verified. */
export interface VerifyOptions {
  readonly sequence?: string;
  readonly sequenceKey?: string;
  readonly sequenceStep: number;
  readonly quiet?: boolean;
  readonly json?: boolean;
}
