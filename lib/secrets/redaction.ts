/** An address as it may be shown: without user info, and with any query cut, since tokens travel there. */
export function redactUrl(url: string): string {
  const parsed = parseUrl(url);
  if (parsed === undefined) return '(an address that cannot be parsed)';
  // `user:secret@host` without a scheme counts as a path of the scheme `user:`.
  if (parsed.host === '') return '(an address without a host)';
  return `${parsed.protocol}//${parsed.host}${parsed.pathname}${parsed.search === '' ? '' : '?…'}`;
}

/** An address without user info, otherwise as it was given. */
export function withoutUserInfo(url: string): string {
  const parsed = parseUrl(url);
  if (parsed === undefined || (parsed.username === '' && parsed.password === '')) return url;
  parsed.username = '';
  parsed.password = '';
  return parsed.href;
}

function parseUrl(url: string): URL | undefined {
  return URL.canParse(url) ? new URL(url) : undefined;
}
