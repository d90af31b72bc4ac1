import { secretValues } from './secrets.js';
import { MIN_DOUBTFUL_LENGTH } from './telling-names.js';

/** The login of an address, and of its query what a name gives away: as they stand there, as they are meant and as they go out. */
export function addressSecrets(url: string): string[] {
  return [...loginSecrets(url), ...secretValues(queryEntries(url)).flatMap(queryForms)];
}

/** Of the query of an address what is long enough for a secret, under whatever name. Its host may be in it, and has to be shown. */
export function longQueryValues(url: string): string[] {
  if (!url.includes('?')) return [];
  const { host } = new URL(url);
  return queryEntries(url)
    .flatMap(([, value]) => queryForms(value))
    .filter((value) => value.length >= MIN_DOUBTFUL_LENGTH && !value.includes(host));
}

/** Of user and password it is the latter that is secret; a user alone is a token. */
export function loginSecrets(url: string): string[] {
  if (!url.includes('@')) return [];
  const { username, password } = new URL(url);
  const secret = password === '' ? username : password;
  if (secret === '') return [];
  const login = `${decoded(username)}:${decoded(password)}`;
  return [secret, decoded(secret), Buffer.from(login).toString('base64')];
}

/** The query as it stands; a value without a name has an empty one. */
function queryEntries(url: string): (readonly [name: string, value: string])[] {
  if (!url.includes('?')) return [];
  const parts = new URL(url).search.slice(1).split('&');
  return parts.map((part) => {
    const at = part.indexOf('=');
    return [decoded(part.slice(0, Math.max(at, 0))), part.slice(at + 1)] as const;
  });
}

function queryForms(value: string): string[] {
  const meant = [decoded(value), decoded(value.replaceAll('+', ' '))];
  return [value, ...meant, ...meant.map(encodeURIComponent)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
