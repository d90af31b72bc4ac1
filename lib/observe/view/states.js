/** @typedef {import('./types.js').Facts} Facts */
/** @typedef {{ word: string, level: 'bad' | 'warn' | 'over' | 'well', why: string }} State */

/** How a feed is, in one word, a mark that tells it without a colour, and a sentence. @param {Facts} facts @returns {State} */
export function stateOf(facts) {
  const why = facts.not_ready === null ? undefined : NOT_READY[facts.not_ready];
  if (why !== undefined) return why;
  if (!facts.is_fresh) return STALE;
  if (facts.gap_cause !== null) return GAP;
  if (facts.paused) return PAUSED;
  return WELL;
}

/** @type {Readonly<Record<State['level'], string>>} */
export const MARKS = { bad: '▲', warn: '◆', over: '■', well: '●' };
/** How bad it is: the worst first. @type {Readonly<Record<State['level'], number>>} */
export const RANKS = { bad: 3, warn: 2, well: 1, over: 0 };

/** @type {Readonly<Record<string, State>>} */
const NOT_READY = {
  connecting: { word: 'connecting', level: 'warn', why: 'It has not been connected yet.' },
  disconnected: { word: 'disconnected', level: 'bad', why: 'The connection was lost, and there is no other one yet.' },
  subscribing: { word: 'subscribing', level: 'warn', why: 'The subscribe steps are not confirmed yet.' },
  sink: { word: 'sink', level: 'bad', why: 'The sink has failed, or has not stored a page for 10 seconds.' },
  ended: { word: 'ended', level: 'over', why: 'The run is over.' },
};
/** @type {State} */
const STALE = { word: 'stale', level: 'bad', why: 'The newest record is older than fresh_within allows.' };
/** @type {State} */
const GAP = { word: 'gap', level: 'warn', why: 'It is connected, and no data has come since.' };
/** @type {State} */
const PAUSED = { word: 'paused', level: 'warn', why: 'A slow sink holds the socket.' };
/** @type {State} */
const WELL = { word: 'well', level: 'well', why: 'Records come, and are stored.' };
