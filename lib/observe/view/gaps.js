/** @typedef {import('./types.js').Feed} Feed */
/** @typedef {import('./types.js').Gap} Gap */

/** The gaps of a feed, with one that is open, which lasts until now. @param {Feed} feed @param {number} at @returns {Gap[]} */
export function gapsOf({ facts, gaps }, at) {
  if (facts.gap_cause === null || facts.gap_since === null) return gaps;
  const open = { cause: facts.gap_cause, from: facts.gap_since, to: at, duration_ms: at - facts.gap_since };
  const unknown = { connection: facts.connections, code: null, after_sequence: null, before_sequence: null };
  return [...gaps, { ...open, ...unknown, dropped: 0, isOpen: true }];
}
