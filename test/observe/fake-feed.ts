import { EventEmitter } from 'node:events';
import { Writable } from 'node:stream';
import type { Page } from '../../lib/batch/page.js';
import type { ConnectionEvents } from '../../lib/connect/options/events.js';
import type { Gap, GapCause } from '../../lib/frame/gap.js';
import type { Clock } from '../../lib/internal/clock.js';
import type { CommandFeed } from '../../lib/observe/watched-feed.js';
import { pageMade, sinkWrite } from '../../lib/telemetry/channels.js';
import { NO_STATS } from '../../lib/telemetry/readings.js';
import type { SourceStats } from '../../lib/telemetry/stats.js';
import { pageOf } from '../../lib/testing/index.js';

/** A feed that is as a test says. */
export function fakeFeed(clock: Clock, more: Partial<CommandFeed> = {}) {
  const stream = new EventEmitter();
  let stats: SourceStats = NO_STATS;
  const stored = { records: 0 };
  const backlog: { records: number; bytes: number; oldestAt: number | undefined } = {
    records: 0,
    bytes: 0,
    oldestAt: undefined,
  };
  const page = pageOf(['{}'], { receivedAt: clock.now() });
  const sink = Object.assign(new Writable({ objectMode: true, write: (_page, _encoding, callback) => callback() }), {
    stats: stored,
  });
  const watched: CommandFeed = {
    source: {
      get stats() {
        return stats;
      },
    },
    stream: stream as unknown as CommandFeed['stream'],
    sink,
    sinkType: 'jsonl',
    spool: { backlog, dropped: 0 },
    ...more,
  };
  return {
    watched,
    stored,
    backlog,
    sink,
    stream,
    /** Changes what the source counts. */
    set(changed: Partial<SourceStats>): void {
      stats = { ...stats, ...changed };
    },
    emit<K extends keyof ConnectionEvents>(event: K, payload: Partial<ConnectionEvents[K]>): void {
      stream.emit(event, payload);
    },
    /** It is connected and subscribed. */
    open(connection = 1): void {
      stats = { ...stats, state: 'open', connections: connection };
      stream.emit('subscribed', { connection, messages: 0 });
    },
    /** It has lost its connection. */
    lose(facts: Partial<ConnectionEvents['disconnected']> = {}): void {
      stats = { ...stats, state: 'waiting' };
      stream.emit('disconnected', { connection: 1, code: 1006, error: undefined, ...facts });
      stream.emit('reconnecting', { attempt: 1, delayMs: 1_000 });
    },
    /** A page comes out of the source. */
    make(made: Page): void {
      pageMade.publish({ page: made, stream });
    },
    /** The sink is given a page. */
    give(given = page): void {
      sinkWrite.start.publish({ sink, page: given });
    },
    /** It has stored it. */
    store(given = page): void {
      sinkWrite.asyncEnd.publish({ sink, page: given });
    },
    /** It fails. */
    fail(error = new Error('disk full')): void {
      sinkWrite.error.publish({ sink, page, error });
    },
    gap(cause: GapCause, facts: Partial<Gap> = {}): void {
      const moment = { at: clock.now(), monotonic: clock.monotonic() };
      const gap: Gap = {
        ...{ cause, feed: undefined, connection: 1, code: undefined, from: moment, to: moment, durationMs: 0 },
        ...{ afterSequence: 1, beforeSequence: 2, dropped: 0, missing: undefined, key: undefined, ...facts },
      };
      stream.emit('gap', gap);
    },
  };
}
