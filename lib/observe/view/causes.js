/** The lanes of the time line, from top to bottom: where a gap stands says what kind it is, so no colour has to. */
export const LANES = ['connection', 'overflow', 'sequence', 'not running, damaged'];

/** What each cause stands for, and its lane. @type {Readonly<Record<string, readonly [lane: number, text: string]>>} */
const CAUSES = {
  not_connected: [0, 'the first attempt to connect failed'],
  disconnected: [0, 'the connection was closed or lost'],
  pong_timeout: [0, 'a ping was not answered in time'],
  heartbeat: [0, 'a heartbeat was not answered in time'],
  stale_timeout: [0, 'no data came for too long'],
  overflow: [1, 'frames were dropped: too many waited'],
  sequence: [2, 'numbers of the feed are missing'],
  not_running: [3, 'no run was receiving'],
  damaged: [3, 'what was stored was found damaged'],
};

/** @param {string} cause */
export function laneOf(cause) {
  return CAUSES[cause]?.[0] ?? 0;
}

/** @param {string} cause */
export function meaningOf(cause) {
  return CAUSES[cause]?.[1] ?? '';
}
