import type { ConnectError } from '../../errors.js';

/** What to try when a server answers the upgrade with an HTTP status other than 101. */
export function statusAdvice({ status = 0, location }: Pick<ConnectError, 'status' | 'location'>): string {
  const advice = BY_STATUS[status];
  if (advice !== undefined) return advice;
  if (status >= 200 && status < 300) return NO_FEED;
  if (status >= 300 && status < 400) return location === undefined ? MOVED : movedTo(location);
  return status >= 500 ? BROKEN : OTHER;
}

function movedTo(location: string): string {
  return `Redirects are not followed: set \`url\` to ${location.replace(/^http/, 'ws')} if the feed is there; the address of a log-in page says that \`auth\` is missing.`;
}

const NO_FEED =
  'That is a web page, not a feed: check host and path in `url`. A proxy on the way that does not know WebSockets answers so, too.';
const MOVED =
  'The feed is at another address: open this one with https:// in a browser to see where, and change `url`.';
const BROKEN =
  'The server, or what it stands behind, is in trouble: try again later, with `reconnect: true` for a run.';
const OTHER = "See what the feed's documentation says about this status.";

const BY_STATUS: { readonly [status: number]: string } = {
  400: 'The server does not understand the request: it may want a sub-protocol (`protocols`), a header (`headers`) or something in the query of `url`.',
  404: 'The server has nothing at this path: check it in `url`.',
  405: NO_FEED,
  407: 'A proxy on the way wants credentials.',
  410: 'The server no longer has this feed: see its documentation for another `url`.',
  426: 'The server speaks HTTP at this path, or another version of the WebSocket protocol: check the path in `url`.',
  429: 'Too many connects or requests from here: wait as long as it asks for, open fewer connections, and raise `reconnect_backoff`.',
  451: 'The server must not serve this address of the Internet.',
  503: 'The server is there, but takes no connections now: wait as long as it asks for, and try again, with `reconnect: true` for a run.',
};
