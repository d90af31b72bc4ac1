import { COLUMNS } from './columns.js';

/** @typedef {import('./types.js').Feed} Feed */
/** @typedef {{ key: string, direction: 'ascending' | 'descending' }} Order */

/** Names by the order that is asked for; equal ones by name. @param {readonly Feed[]} feeds @param {Order} order @param {number} at */
export function ordered(feeds, { key, direction }, at) {
  const column = COLUMNS.find((one) => one.key === key);
  const sign = direction === 'ascending' ? 1 : -1;
  const keyed = feeds.map((feed) => ({ name: feed.name, value: column?.value(feed, at) ?? 0 }));
  keyed.sort((one, other) => sign * compare(one.value, other.value) || NAMES.compare(one.name, other.name));
  return keyed.map(({ name }) => name);
}

/** @param {number | string} one @param {number | string} other */
function compare(one, other) {
  if (typeof one === 'string') return NAMES.compare(one, String(other));
  return one - Number(other);
}

const NAMES = new Intl.Collator('en', { numeric: true });
