/** What to try when a server closes the connection before its first frame (RFC 6455, section 7.4). */
export function closeAdvice(code: number): string {
  if (code >= 4000 && code < 5000) {
    return `The feed's documentation says what its code ${code} means; credentials and \`subscribe_messages\` are the usual causes.`;
  }
  return BY_CODE[code] ?? OTHER;
}

const OTHER = 'Check `subscribe_messages` and `auth`; servers close so on what they do not understand, too.';
const BROKEN = 'The server is in trouble, or restarting: try again later, with `reconnect: true` for a run.';

const BY_CODE: { readonly [code: number]: string } = {
  1001: BROKEN,
  1002: 'The server, or something on the way to it, does not speak the WebSocket protocol well: check `url` and proxies.',
  1003: 'The server does not take this kind of message: check `subscribe_messages`.',
  1006: 'A server that dislikes what it is sent may hang up so: check `subscribe_messages` and `auth`, and proxies on the way.',
  1007: 'The server did not understand a message: check `subscribe_messages`.',
  1008: 'The server says that this breaks its rules: check `auth` and `subscribe_messages`.',
  1009: 'A subscribe message is too large for the server: ask for less in each of `subscribe_messages`.',
  1011: BROKEN,
  1012: BROKEN,
  1013: BROKEN,
};
