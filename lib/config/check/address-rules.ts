import { hasStraySpace } from '../../internal/address.js';

/** What is wrong with any address. It is not shown: user info, path and query may hold credentials. */
export function addressProblem(address: string, example: string): string | undefined {
  if (hasStraySpace(address)) {
    return 'Expected an address without blanks around it and without line breaks and tabs in it. Remove them.';
  }
  if (URL.canParse(address)) return undefined;
  return `Expected a whole address such as \`${example}\`, but this cannot be parsed as one.`;
}
