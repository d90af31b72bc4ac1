import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { FeedMeters } from '../../../lib/observe/feed-meters.js';
import { EventStreams } from '../../../lib/observe/http/event-streams.js';
import { pageRoutes } from '../../../lib/observe/http/page.js';
import { routesOf } from '../../../lib/observe/http/routes.js';
import { listen } from '../../../lib/observe/http/server.js';
import { TapStreams } from '../../../lib/observe/http/tap-streams.js';
import type { CommandFeed } from '../../../lib/observe/watched-feed.js';
import { createFakeClock } from '../../../lib/testing/index.js';
import { fakeFeed } from '../fake-feed.js';

/** Where the page is. */
export const VIEW = join(import.meta.dirname, '../../../lib/observe/view');

interface ServedOptions {
  /** What the feeds are called. @default one: trades */
  readonly names?: readonly string[];
  readonly token?: string;
  readonly more?: Partial<CommandFeed>;
  /** @default a free one */
  readonly port?: number;
  readonly clean?: (text: string) => string;
}

/** A server with the live view of feeds that are as a test says, at a time that a test says. */
export async function servedView(t: TestContext, options: ServedOptions = {}) {
  const { names = ['trades'], token, more, port = 0, clean = (text) => text } = options;
  const clock = createFakeClock(NOON);
  const meters = new FeedMeters(clock);
  const feeds = names.map((name) => {
    const feed = fakeFeed(clock, more);
    meters.watch(name, feed.watched);
    return feed;
  });
  const told = { meters, clean, version: '1.0.0', hasTap: true };
  const events = new EventStreams(told);
  const taps = new TapStreams(meters, clean);
  const server = await listen({
    address: { host: '127.0.0.1', port },
    token,
    routes: routesOf({ ...told, metricsPath: '/metrics' }),
    streams: new Map([
      ['/events', (response) => events.add(response)],
      ['/tap', (response, query) => taps.add(response, query)],
    ]),
    page: pageRoutes(VIEW),
  });
  let isClosed = false;
  const close = async (): Promise<void> => {
    if (isClosed) return;
    isClosed = true;
    events.close();
    taps.close();
    await server.close();
    meters.close();
  };
  t.after(close);
  return { origin: server.origin, clock, meters, feeds, feed: feeds[0]!, close };
}

/** So that an hour lies before it. */
const NOON = Date.UTC(2026, 2, 8, 12);
