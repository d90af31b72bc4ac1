import type { InputError } from '../../errors.js';

/** What there is to say of a data file that ends in the middle, as one does that is still written to. */
export function tornText({ message }: InputError): string {
  return `${message} All that is whole before it is there, and what is torn is left out.`;
}

/** The same, as facts for a machine. */
export function tornFacts({ file, line, message }: InputError): object {
  return { file, line: line ?? null, message };
}
