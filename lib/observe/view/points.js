/** @typedef {import('./types.js').Facts} Facts */
/** @typedef {import('./types.js').Points} Points */
/** @typedef {'bytes' | 'records' | 'paused_ms'} Column what is kept */

/** What the page shows of the past, in milliseconds. */
export const SPAN_MS = 15 * 60_000;
/** As often as the server takes a point. */
const EVERY_MS = 5_000;
/** @type {readonly Column[]} */
const COLUMNS = ['bytes', 'records', 'paused_ms'];

/** @returns {Points} */
export const NO_POINTS = () => ({ times: [], bytes: [], records: [], paused_ms: [] });

/** @param {import('./types.js').History} history @returns {Points} */
export function pointsOf({ from, every_ms, bytes, records, paused_ms }) {
  return { times: records.map((_, index) => from + index * every_ms), bytes, records, paused_ms };
}

/**
 * How the counters stand now, where it is time for another point.
 *
 * @param {Points} points
 * @param {number} at
 * @param {Facts} facts
 */
export function addPoint(points, at, facts) {
  const { times } = points;
  const last = times.at(-1);
  if (last !== undefined && at - last < EVERY_MS) return false;
  times.push(at);
  for (const name of COLUMNS) points[name].push(facts[name]);
  while ((times[0] ?? at) < at - SPAN_MS - EVERY_MS) {
    times.shift();
    for (const name of COLUMNS) points[name].shift();
  }
  return true;
}

/**
 * How fast a counter went up from each point to the next, a second.
 *
 * @param {Points} points
 * @param {Column} column
 */
export function ratesOf({ times, ...columns }, column) {
  const values = columns[column];
  return times.slice(1).map((time, index) => {
    const by = /** @type {number} */ (values[index + 1]) - /** @type {number} */ (values[index]);
    const ms = time - /** @type {number} */ (times[index]);
    return { time, rate: ms > 0 ? Math.max(0, by / ms) * 1_000 : 0 };
  });
}

/**
 * How fast it goes up now: over the last 5 to 10 seconds.
 *
 * @param {import('./types.js').Feed} feed
 * @param {number} at
 * @param {Column} column
 */
export function rateNow({ points, facts }, at, column) {
  const { times } = points;
  let index = times.length - 1;
  while (index > 0 && at - /** @type {number} */ (times[index]) < EVERY_MS) index -= 1;
  const [since, then] =
    index < 0 ? [facts.started_at, 0] : [/** @type {number} */ (times[index]), points[column][index] ?? 0];
  return at > since ? Math.max(0, (facts[column] - then) / (at - since)) * 1_000 : 0;
}

/**
 * For which part of the last quarter of an hour a slow consumer held the socket.
 *
 * @param {import('./types.js').Feed} feed
 * @param {number} at
 */
export function pausedShare({ points, facts }, at) {
  const [since = facts.started_at] = points.times;
  const [then = 0] = points.paused_ms;
  return at > since ? Math.min(1, Math.max(0, (facts.paused_ms - then) / (at - since))) : 0;
}
