/** Whether what a header, a query or a message holds under this name is a secret. */
export function isTelling(name: string): boolean {
  return TELLING_NAME.test(name) && !ABOUT_A_SECRET.test(name);
}

/** Whether it may just as well be something else: a `key` can be that of a subscription. */
export function isDoubtful(name: string): boolean {
  return KEY_OF_ANYTHING.test(name);
}

/** What may be a secret or something else counts as one from this length on. */
export const MIN_DOUBTFUL_LENGTH = 8;

/** The one list. An author, a credit and a signal are none. */
const TELLING_NAME =
  /auth(?!or(?!i))|bearer|cookie|cred(?!it)|hmac|jwt|key|(?:^|[^a-z])t?otp|pass|pwd|secret|session|sig(?!nal)|token/i;
const ABOUT_A_SECRET = /(?:algorithm|method|type|version)$/i;
const KEY_OF_ANYTHING = /^(?!.*(?:access|api|auth|cred|hmac|jwt|pass|private|secret|session|sig|token)).*key/i;
