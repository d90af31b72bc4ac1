import { age, bytes, count, duration, percent, short } from './format.js';
import { pausedShare, rateNow } from './points.js';
import { MARKS, RANKS, stateOf } from './states.js';

/** @typedef {import('./types.js').Feed} Feed */
/**
 * @typedef {object} Column
 * @property {string} key
 * @property {string} label
 * @property {string} title
 * @property {'spark' | 'strip'} [chart]
 * @property {'records' | 'bytes'} [of]
 * @property {(feed: Feed, at: number) => number | string} value what it is sorted by
 * @property {(feed: Feed, at: number) => string} text
 * @property {'ascending' | 'descending'} first how it is sorted when it is asked for
 */

/** The columns of the table. @type {readonly Column[]} */
export const COLUMNS = [
  {
    key: 'feed',
    label: 'Feed',
    title: 'What it is called in its file',
    value: ({ name }) => name,
    text: ({ name }) => name,
    first: 'ascending',
  },
  {
    key: 'state',
    label: 'State',
    title: 'Whether it is connected and subscribed, its sink takes what comes, and its records are new',
    value: (feed, at) => badness(feed, at),
    text({ facts }) {
      const { word, level } = stateOf(facts);
      return `${MARKS[level]} ${word}`;
    },
    first: 'descending',
  },
  {
    key: 'records',
    label: 'Records/s',
    title: 'Over the last 5 to 10 seconds; the chart has the last 15 minutes',
    chart: 'spark',
    of: 'records',
    value: (feed, at) => rateNow(feed, at, 'records'),
    text: (feed, at) => short(rateNow(feed, at, 'records')),
    first: 'descending',
  },
  {
    key: 'bytes',
    label: 'Bytes/s',
    title: 'Over the last 5 to 10 seconds; the chart has the last 15 minutes',
    chart: 'spark',
    of: 'bytes',
    value: (feed, at) => rateNow(feed, at, 'bytes'),
    text: (feed, at) => bytes(rateNow(feed, at, 'bytes')),
    first: 'descending',
  },
  {
    key: 'age',
    label: 'Last record',
    title: 'How long ago the newest record was received',
    value: ({ facts }, at) => at - (facts.last_record_at ?? 0),
    text: ({ facts }, at) => (facts.last_record_at === null ? 'none' : age(at - facts.last_record_at)),
    first: 'descending',
  },
  {
    key: 'lag',
    label: 'Lag',
    title: 'How long after its own time (event_time) the newest record was received',
    value: ({ facts }) => facts.event_lag_ms ?? -1,
    text: ({ facts }) => (facts.event_lag_ms === null ? '–' : duration(facts.event_lag_ms)),
    first: 'descending',
  },
  {
    key: 'paused',
    label: 'Paused',
    title: 'For which part of the last 15 minutes a slow sink held the socket',
    value: (feed, at) => pausedShare(feed, at),
    text: (feed, at) => percent(pausedShare(feed, at)),
    first: 'descending',
  },
  {
    key: 'reconnects',
    label: 'Reconnects',
    title: 'Attempts to connect again, since the start',
    value: ({ facts }) => facts.reconnects,
    text: ({ facts }) => count(facts.reconnects),
    first: 'descending',
  },
  {
    key: 'gaps',
    label: 'Gaps',
    title: 'How many, since the start; the strip has those of the last 15 minutes',
    chart: 'strip',
    value: ({ facts }) => facts.gaps,
    text: ({ facts }) => count(facts.gaps),
    first: 'descending',
  },
  {
    key: 'waiting',
    label: 'Not stored',
    title: 'Records that were received and are not stored yet',
    value: ({ facts }) => facts.unacknowledged_records ?? -1,
    text: ({ facts }) => (facts.unacknowledged_records === null ? '–' : count(facts.unacknowledged_records)),
    first: 'descending',
  },
];

/** The worst first: by how bad its state is, and then by how long nothing came. @param {Feed} feed @param {number} at */
function badness({ facts }, at) {
  const { level } = stateOf(facts);
  const quiet = Math.min(0.9, (at - (facts.last_record_at ?? facts.started_at)) / 1e9);
  return RANKS[level] + (level === 'well' || level === 'over' ? 0 : quiet);
}
