import { type FaucetTerms, refused } from './terms.js';

const words = {
  oauth1: refused('sign in code, by a function for `credentials`'),
  flow: refused(
    'ask for the token in code, by a function for `credentials`, or by `token_endpoint` where one request is enough',
  ),
  google_service_account: refused(
    'ask for the token in code, by a function for `credentials`, or write it into a file for `token_file`',
  ),
};

/** Of credentials, in the catalogue and in the source. */
export const authTerms: readonly FaucetTerms[] = [
  { at: ['auth', '*', 'type'], words },
  { at: ['pipeline', 'source', 'config', 'auth', 'type'], words },
];
