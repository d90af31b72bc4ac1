import { age, bytes, clock, count, duration, percent } from './format.js';
import { pausedShare } from './points.js';
import { stateOf } from './states.js';

/** @typedef {import('./types.js').Feed} Feed */
/** @typedef {readonly (readonly [name: string, text: string])[]} Facts */

/** What there is to say of the connection of a feed. @param {Feed} feed @param {number} at @returns {Facts} */
export function connectionFacts(feed, at) {
  const { facts } = feed;
  const { word, why } = stateOf(facts);
  return [
    ['State', `${word}. ${why}`],
    ['Address', facts.address ?? 'not known'],
    ['Runs since', `${clock(facts.started_at)}, ${age(at - facts.started_at)} ago`],
    ['Last record', since(facts.last_record_at, at)],
    ...(facts.fresh_within_ms === null ? [] : [pair('Has to be new within', duration(facts.fresh_within_ms))]),
    ...(facts.event_lag_ms === null ? [] : [pair('Behind its own time', duration(facts.event_lag_ms))]),
    ['Received', `${count(facts.records)} records, ${count(facts.frames)} frames, ${bytes(facts.bytes)}`],
    [
      'Not stored as records',
      `${count(facts.skipped)} refused, ${count(facts.filtered)} filtered, ${count(facts.duplicates)} duplicates, ${count(facts.dropped)} dropped`,
    ],
    [
      'Dead letters',
      facts.dead_letters === 0 ? 'none' : `${count(facts.dead_letters)}: ${counts(facts.dead_letters_by_cause)}`,
    ],
    ['Connections', count(facts.connections)],
    [
      'Reconnects',
      facts.reconnects === 0 ? 'none' : `${count(facts.reconnects)}: ${counts(facts.reconnects_by_cause)}`,
    ],
    ['Closed with', counts(facts.closes_by_code) || 'never closed'],
    [
      'Gaps',
      facts.gaps === 0
        ? 'none'
        : `${count(facts.gaps)}, ${duration(facts.gap_ms)} without data: ${counts(facts.gaps_by_cause)}`,
    ],
    ...(facts.missing === undefined ? [] : [pair('Missing numbers', count(facts.missing))]),
    [
      'Paused by the sink',
      `${percent(pausedShare(feed, at))} of the last 15 minutes, ${duration(facts.paused_ms)} in all`,
    ],
    ['Waits in memory', `${count(facts.buffered_frames)} frames, ${bytes(facts.buffered_bytes)}`],
    ...(facts.rtt_ms === null ? [] : [pair('Ping', duration(facts.rtt_ms))]),
  ];
}

/** What there is to say of where the records go. @param {Feed} feed @param {number} at @returns {Facts} */
export function sinkFacts({ facts }, at) {
  const { sink, spool } = facts;
  if (sink === null) return [['Sink', 'none is watched']];
  return [
    ['Kind', sink.type],
    ['Where', sink.target ?? 'not known'],
    ...(sink.failure === null ? [] : [pair('Failure', sink.failure)]),
    ['Stored', `${count(sink.records)} records in ${count(sink.pages)} pages`],
    [
      'Not stored yet',
      facts.unacknowledged_records === null ? 'not known' : `${count(facts.unacknowledged_records)} records`,
    ],
    ['Newest that is stored', since(facts.last_stored_at, at)],
    [
      'A page takes',
      sink.write_ms_p50 === null
        ? 'none was stored'
        : `${ms(sink.write_ms_mean)} on average, half ${ms(sink.write_ms_p50)} at most, 99 of 100 ${ms(sink.write_ms_p99)}`,
    ],
    ...(sink.retries === null ? [] : [pair('Sent again', `${count(sink.retries)} requests`)]),
    ...(sink.diverted ? [pair('Diverted', `${count(sink.diverted)} records`)] : []),
    ...(sink.skipped ? [pair('Left out', `${count(sink.skipped)} records`)] : []),
    ...(spool === null ? [] : [pair('Backlog on the disk', backlog(spool, at))]),
    ...(facts.rolled === null
      ? []
      : [pair('Finished files', `${count(facts.rolled.rolled)}, ${facts.rolled.open.length} open`)]),
  ];
}

/** @typedef {{ path: string, size: string, records: string, received: string, gaps: string, seal: string }} File */

/** Files that are written to, and behind them those that are finished, the newest first. @param {Feed['facts']} facts @returns {File[]} */
export function filesOf({ open_files: open, sealed_files: sealed }) {
  const written = (open ?? []).map(({ name, records, bytes: size }) => {
    return { path: name, size: bytes(size), records: count(records), received: '', gaps: '', seal: 'open' };
  });
  const finished = (sealed ?? []).toReversed().map((file) => {
    const { first_received_at: first, last_received_at: last, gaps } = file;
    const received = first === null || last === null ? '' : `${clock(first)} to ${clock(last)}`;
    const missed = gaps.count === 0 ? 'none' : `${count(gaps.count)}, ${duration(gaps.ms)}`;
    const { path, records, bytes: size, sha256 } = file;
    return { path, size: bytes(size), records: count(records), received, gaps: missed, seal: sha256 };
  });
  return [...written, ...finished];
}

/** @param {string} name @param {string} text @returns {readonly [string, string]} */
function pair(name, text) {
  return [name, text];
}

/** @param {Readonly<Record<string, number>>} by */
function counts(by) {
  return Object.entries(by)
    .sort(([, one], [, other]) => other - one)
    .map(([key, value]) => `${key} ${count(value)}`)
    .join(', ');
}

/** @param {number | null} time @param {number} at */
function since(time, at) {
  return time === null ? 'none' : `${age(at - time)} ago, at ${clock(time)}`;
}

/** @param {number | null} value */
function ms(value) {
  return value === null ? 'not known' : value < 10 ? `${value} ms` : duration(value);
}

/** @param {NonNullable<Feed['facts']['spool']>} spool @param {number} at */
function backlog({ records, bytes: size, oldest_at: oldest, dropped }, at) {
  const age = oldest === null ? '' : `, the oldest ${since(oldest, at)}`;
  return `${count(records)} records, ${bytes(size)}${age}${dropped === 0 ? '' : `, ${count(dropped)} dropped`}`;
}
