import type WebSocket from 'ws';

/**
 * Answers the server's pings, with one pong on its way at a time: of pings that came meanwhile, only the newest is
 * answered, as RFC 6455, section 5.5.3 allows. `ws` by itself would answer each, and cut a connection on which 60 are
 * unanswered, with all that is unread on it: as many as one read can bring when a slow consumer held the socket for long.
 */
export function answerPings(ws: WebSocket): void {
  let newest: Buffer | undefined;
  let isSending = false;
  const answer = (): void => {
    isSending = newest !== undefined;
    if (newest === undefined) return;
    const payload = newest;
    newest = undefined;
    // A failed write ends the socket, which is told by its close.
    ws.pong(payload, true, answer);
  };
  ws.on('ping', (data) => {
    newest = data;
    if (!isSending) answer();
  });
}
