import type { FakeClock } from '../../lib/testing/index.js';
import type { fakeFeed } from '../observe/fake-feed.js';

type FakeFeed = ReturnType<typeof fakeFeed>;

/** A state of a feed, and what is answered then: the table of docs/metrics.md, which is tried row by row. */
export interface HealthState {
  readonly name: string;
  readonly readyz: 200 | 503;
  /** Why not. */
  readonly why?: string;
  readonly freshz: 200 | 503;
  /** Brings a feed with `fresh_within: 1m` into it. */
  bring(feed: FakeFeed, clock: FakeClock): void | Promise<void>;
}

export const HEALTH_STATES: readonly HealthState[] = [
  {
    name: 'not connected yet, for less than `fresh_within`',
    readyz: 503,
    why: 'connecting',
    freshz: 200,
    bring: (feed) => feed.set({ state: 'connecting' }),
  },
  {
    name: 'connected, subscribe steps not confirmed',
    readyz: 503,
    why: 'subscribing',
    freshz: 200,
    bring: (feed) => feed.set({ state: 'open', connections: 1 }),
  },
  { name: 'records come and are stored', readyz: 200, freshz: 200, bring: (feed) => feed.open() },
  {
    name: 'stale: no record for longer than `fresh_within`',
    readyz: 200,
    freshz: 503,
    async bring(feed, clock) {
      feed.open();
      await clock.advance(61_000);
    },
  },
  {
    name: 'paused: the sink is slow, the socket held',
    readyz: 200,
    freshz: 200,
    async bring(feed, clock) {
      feed.open();
      feed.set({ paused: true });
      feed.give();
      await clock.advance(9_000);
    },
  },
  {
    name: 'the sink has not stored a page for 10 seconds',
    readyz: 503,
    why: 'sink',
    freshz: 200,
    async bring(feed, clock) {
      feed.open();
      feed.give();
      await clock.advance(10_000);
    },
  },
  {
    name: 'the sink has failed',
    readyz: 503,
    why: 'sink',
    freshz: 200,
    bring(feed) {
      feed.open();
      feed.give();
      feed.fail();
    },
  },
  {
    name: 'backlog: pages wait in the spool, and the sink takes them',
    readyz: 200,
    freshz: 200,
    bring(feed) {
      feed.open();
      feed.backlog.records = 1_000_000;
    },
  },
  {
    name: 'disconnected, for less than `fresh_within`',
    readyz: 503,
    why: 'disconnected',
    freshz: 200,
    bring(feed) {
      feed.open();
      feed.lose();
    },
  },
  {
    name: 'disconnected, for longer',
    readyz: 503,
    why: 'disconnected',
    freshz: 503,
    async bring(feed, clock) {
      feed.open();
      feed.lose();
      await clock.advance(61_000);
    },
  },
  {
    name: 'the run is over, and the process ends',
    readyz: 503,
    why: 'ended',
    freshz: 200,
    bring(feed) {
      feed.open();
      feed.emit('ended', { cause: 'stopped', error: undefined });
    },
  },
];
