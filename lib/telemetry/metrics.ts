import { COUNTERS, type Counter, type CounterName } from './counters.js';

/** What there is to say of one metric. Whoever emits it or tells of it takes it from here. */
export interface Metric {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly unit: MetricUnit;
  /** What it says, in whole sentences. */
  readonly help: string;
  /** What its series differ by. All but those of the process have `feed`. */
  readonly labels: readonly Label[];
  /** The counter of `stats` that it tells, where it tells one. */
  readonly counter?: CounterName;
  /** Where a feed has it, if not always. */
  readonly when?: string;
}

/** A base unit of Prometheus', or what is counted. */
type MetricUnit = 'seconds' | 'bytes' | 'yes or no' | Counter['unit'];

/**
 * What series may differ by: words of the configuration, of the catalogue, or few by nature. Never an address, an id or a
 * cursor, of which there is no end.
 */
export type Label = 'feed' | 'sink' | 'cause' | 'code' | 'policy' | 'result';

/** Every metric, by its name, in the order in which they are told. */
export const METRICS = {
  spillway_ready: gauge('yes or no', 'Whether the feed is connected and subscribed, and its sink takes what comes.'),
  spillway_connected: gauge('yes or no', 'Whether a connection is open and subscribed.'),
  spillway_frames_total: told('frames'),
  spillway_bytes_total: told('bytes'),
  spillway_control_frames_total: told('controlFrames'),
  spillway_duplicate_frames_total: told('duplicates'),
  spillway_dropped_frames_total: {
    ...told('dropped'),
    labels: ['feed', 'policy'],
    when: 'with an `overflow` that drops',
  },
  spillway_records_received_total: told('records'),
  spillway_records_total: counter(
    'records',
    'What has become of records and of what should have been some: `stored` by the sink, `filtered` by transforms, `refused` ' +
      'by a stage, `diverted` or `skipped` by the sink, `gone` with a file that was deleted or emptied.',
    ['feed', 'sink', 'result'],
  ),
  spillway_dead_letters_total: counter(
    'refusals',
    'What was refused and is in the dead letter file, by the code of the error.',
    ['feed', 'cause'],
  ),
  spillway_connections_total: told('connections'),
  spillway_reconnects_total: counter(
    'attempts',
    'Attempts to connect again, by what ended the connection before, in the words of gaps.',
    ['feed', 'cause'],
  ),
  spillway_closes_total: counter(
    'connections',
    'Connections that ended, by their close code (1006: without a close frame; `other` after 30 codes).',
    ['feed', 'code'],
  ),
  spillway_rotations_total: told('rotations'),
  spillway_rtt_seconds: { ...told('rttMs'), when: 'with `ping_interval`' },
  spillway_gaps_total: counter('gaps', 'Gaps so far, by cause, with one that is open now.', ['feed', 'cause']),
  spillway_gap_seconds_total: counter(
    'seconds',
    'For how long the gaps lasted, by cause: one that is open grows. With `overflow` and `sequence` others were received meanwhile.',
    ['feed', 'cause'],
  ),
  spillway_missing_sequence_total: { ...told('missing'), when: 'with `sequence`' },
  spillway_backfilled_records_total: { ...told('backfilled'), when: 'with `backfill`' },
  spillway_backfill_requests_total: { ...told('backfillRequests'), when: 'with `backfill`' },
  spillway_backfill_failures_total: { ...told('backfillFailures'), when: 'with `backfill`' },
  spillway_backfill_waited_seconds_total: { ...told('backfillMs'), when: 'with `backfill`' },
  spillway_paused: told('paused'),
  spillway_socket_paused_seconds_total: told('pausedMs'),
  spillway_buffered_frames: told('bufferedFrames'),
  spillway_buffered_bytes: told('bufferedBytes'),
  spillway_last_frame_timestamp_seconds: told('lastFrameAt'),
  spillway_last_record_timestamp_seconds: gauge(
    'seconds',
    'When the newest record was received, in seconds of Unix time; 0 before the first. Compare it with spillway_current_timestamp_seconds.',
  ),
  spillway_last_stored_timestamp_seconds: gauge(
    'seconds',
    'When the newest record was received that the sink has stored, in seconds of Unix time; 0 before the first.',
    ['feed', 'sink'],
  ),
  spillway_event_lag_seconds: {
    ...histogram('How long after its own time (`event_time`) a record was received: the newest of each page.', [
      'feed',
    ]),
    when: 'with `event_time`',
  },
  spillway_sink_write_duration_seconds: histogram('How long it took from giving the sink a page until it was stored.', [
    'feed',
    'sink',
  ]),
  spillway_unacknowledged_records: gauge(
    'records',
    'Records that were received, and that the sink has not stored yet.',
  ),
  spillway_spool_bytes: { ...gauge('bytes', 'Bytes of pages that wait in the spool.'), when: 'with a `spool`' },
  spillway_spool_oldest_age_seconds: {
    ...gauge('seconds', 'How long ago the oldest record in the spool was received; 0 when it is empty.'),
    when: 'with a `spool`',
  },
  spillway_spool_dropped_records_total: {
    ...counter('records', 'Records that were dropped since the spool was full, by its `on_full`.', ['feed', 'policy']),
    when: 'with a `spool` that drops',
  },
  spillway_resumes_total: {
    ...counter(
      'gaps',
      'Gaps that are over, by whether the server was asked to go on where the feed was, and has: `replayed`, `expired` (it had forgotten), or `missed`.',
      ['feed', 'result'],
    ),
    when: 'with `resume`, from the first cursor on',
  },
  spillway_cursor_committed_timestamp_seconds: {
    ...gauge(
      'seconds',
      'When the sink last stored a page whose cursor the server can be asked to go on from, in seconds of Unix time; 0 before the first.',
    ),
    when: 'with `resume` and a sink, from the first cursor on',
  },
  spillway_files_rolled_total: {
    ...counter('files', 'Files that were finished, also of those that earlier runs had left.', ['feed', 'sink']),
    when: 'with files that are rolled',
  },
  spillway_sink_retries_total: {
    ...counter('requests', 'Requests that the sink has sent again.', ['feed', 'sink']),
    when: 'with `kafka`',
  },
  spillway_feed_start_timestamp_seconds: gauge('seconds', 'When the run of the feed began, in seconds of Unix time.'),
  spillway_current_timestamp_seconds: gauge(
    'seconds',
    'The time on the clock of the process, in seconds of Unix time.',
    [],
  ),
  spillway_event_loop_lag_seconds: gauge(
    'seconds',
    'How late the event loop was at most in the last 10 seconds, to 20 ms or so.',
    [],
  ),
  spillway_resident_memory_bytes: gauge('bytes', 'Memory of the process that is in RAM.', []),
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricName = keyof typeof METRICS;

/** The same as a list. */
export const METRIC_LIST: readonly (readonly [name: MetricName, metric: Metric])[] = Object.entries(
  METRICS,
) as (readonly [MetricName, Metric])[];

/** Where the buckets of histograms end, in seconds: from half a millisecond, as a file takes, to the minutes of an outage. */
export const BUCKETS: readonly number[] = [0.0005, 0.0025, 0.01, 0.05, 0.1, 0.25, 1, 5, 30, 300];

/** A value of a counter in the unit of its metric. */
export function inBaseUnit({ unit }: Pick<Counter, 'unit'>, value: unknown): number {
  const number = Number(value ?? 0);
  return isInMs(unit) ? number / 1_000 : number;
}

/** A metric that is a counter of `stats`. */
function told(name: CounterName): Metric & { readonly counter: CounterName } {
  const { kind, unit, help }: Counter = COUNTERS[name];
  const isTime = isInMs(unit);
  const said = isTime
    ? help.replace(/, in (epoch )?milliseconds/, '').replace(/^Milliseconds for which/, 'For how long')
    : help;
  const more = unit === 'epoch milliseconds' ? ' In seconds of Unix time; 0 before the first.' : '';
  return { kind, unit: isTime ? 'seconds' : unit, help: said + more, labels: ['feed'], counter: name };
}

function counter(unit: MetricUnit, help: string, labels: readonly Label[]): Metric {
  return { kind: 'counter', unit, help, labels };
}

function gauge(unit: MetricUnit, help: string, labels: readonly Label[] = ['feed']): Metric {
  return { kind: 'gauge', unit, help, labels };
}

function histogram(help: string, labels: readonly Label[]): Metric {
  return { kind: 'histogram', unit: 'seconds', help, labels };
}

function isInMs(unit: string): boolean {
  return unit === 'milliseconds' || unit === 'epoch milliseconds';
}
