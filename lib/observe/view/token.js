/**
 * Takes the token out of the address, where history and bookmarks would keep it, and keeps it for this tab: no cookie, since
 * a browser sends those to all ports of a host.
 *
 * @param {Pick<Location, 'hash' | 'search' | 'pathname'>} location
 * @param {Pick<History, 'replaceState'>} history
 */
export function takeToken({ hash, search, pathname }, history) {
  const fragment = new URLSearchParams(hash.slice(1));
  const query = new URLSearchParams(search);
  const given = fragment.get('token') ?? query.get('token');
  if (given === null) return;
  keepToken(given);
  fragment.delete('token');
  query.delete('token');
  const rest = [
    ['?', query],
    ['#', fragment],
  ].map(([mark, left]) => (String(left) === '' ? '' : `${mark}${left}`));
  history.replaceState(null, '', pathname + rest.join(''));
}

/** @param {string} token */
export function keepToken(token) {
  kept = token;
  try {
    sessionStorage.setItem(KEY, token);
  } catch {
    // Where a browser keeps nothing, it lasts until the page is loaded anew.
  }
}

/** What goes along with each request. @returns {Record<string, string>} */
export function authorization() {
  try {
    kept ??= sessionStorage.getItem(KEY) ?? undefined;
  } catch {
    // As above.
  }
  return kept === undefined ? {} : { authorization: `Bearer ${kept}` };
}

/** @type {string | undefined} */
let kept;
const KEY = 'spillway-token';
