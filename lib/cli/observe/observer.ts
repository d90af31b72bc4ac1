import { existsSync, readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { ConfigError } from '../../errors.js';
import { isListenToken, LISTEN_TOKEN } from '../../feed/listen-token.js';
import type { FeedConfig } from '../../feed/open-feed.js';
import type { FeedRun } from '../../feeds/feed-run.js';
import { FeedMeters } from '../../observe/feed-meters.js';
import { isLoopback, type ListenAddress, parseListen } from '../../observe/http/address.js';
import { EventStreams } from '../../observe/http/event-streams.js';
import { pageRoutes } from '../../observe/http/page.js';
import { routesOf } from '../../observe/http/routes.js';
import { type Listening, listen } from '../../observe/http/server.js';
import { TapStreams } from '../../observe/http/tap-streams.js';
import { PACKAGE_ROOT, packageVersion } from '../package-facts.js';
import type { Reporter } from '../report/reporter.js';
import type { Output } from '../terminal/output.js';
import type { ListenFlags } from './listen-flags.js';
import { watchedFeed } from './watched.js';

/** Tells how a run is, from before it connects until it is over. */
export interface Observer {
  watch(run: FeedRun, feed: FeedConfig, reporter: Reporter): void;
  /** Resolves to whether nothing of it holds the process any longer. */
  close(): Promise<boolean>;
}

/**
 * Tells it by HTTP.
 *
 * @throws {ConfigError} when nobody may or can listen there
 */
export async function startObserver(
  flags: ListenFlags,
  config: FeedConfig,
  { output, reporter }: { readonly output: Output; readonly reporter: Reporter },
): Promise<Observer> {
  const where = flags.listen ?? config.listen?.listen ?? '';
  const address = addressOf(where, flags.listen === undefined ? FILE_KEY : '--listen');
  const token = tokenOf(flags.listenToken) ?? config.listen?.token;
  if (token !== undefined) output.hide([token]);
  const isOpen = flags.listenOpen ?? config.listen?.open ?? false;
  if (!isLoopback(address.host) && token === undefined && !isOpen) throw new ConfigError([BEYOND]);
  const meters = new FeedMeters();
  const clean = (text: string): string => output.clean(text);
  const hasTap = flags.tap ?? config.listen?.tap ?? false;
  const told = { meters, clean, version: packageVersion(), hasTap };
  const routes = routesOf({ ...told, metricsPath: config.listen?.path ?? '/metrics' });
  const events = new EventStreams(told);
  const taps = hasTap ? new TapStreams(meters, clean) : undefined;
  const streams = new Map<string, (response: ServerResponse, query: URLSearchParams) => void>();
  streams.set('/events', (response) => events.add(response));
  if (taps !== undefined) streams.set('/tap', (response, query) => taps.add(response, query));
  let server: Listening;
  try {
    server = await listen({ address, token, routes, streams, page: pageRoutes(VIEW_FOLDER) });
  } catch (cause) {
    meters.close();
    throw notListening(where, cause as Error);
  }
  const url = server.origin;
  reporter.notice({
    facts: { event: 'listening', url },
    message: `Listening at ${url}: the live view, ${config.listen?.path ?? '/metrics'}, /healthz, /readyz, /freshz, /stats.json, /events.`,
  });
  return {
    watch(run, feed) {
      meters.watch(clean(feed.name ?? 'feed'), watchedFeed(feed, run));
    },
    async close() {
      events.close();
      taps?.close();
      await server.close();
      meters.close();
      return true;
    },
  };
}

function addressOf(given: string, path: string): ListenAddress {
  const address = parseListen(given);
  if (address !== undefined) return address;
  throw new ConfigError([
    { path, message: 'Expected an address and a port, such as 127.0.0.1:9464 or [::1]:9464, or a port alone.' },
  ]);
}

function tokenOf(given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  let token = given;
  if (given.startsWith('@')) {
    try {
      token = readFileSync(given.slice(1), 'utf8').replace(/\r?\n$/, '');
    } catch (cause) {
      throw new ConfigError([
        { path: '--listen-token', message: `The file cannot be read: ${(cause as Error).message}.` },
      ]);
    }
  }
  if (isListenToken(token)) return token;
  const message = `Expected ${LISTEN_TOKEN.comment}: \`openssl rand -hex 16\` makes one.`;
  throw new ConfigError([{ path: '--listen-token', message }]);
}

function notListening(given: string, cause: Error): ConfigError {
  return new ConfigError(
    [
      {
        path: '--listen',
        message: `Nothing can listen at ${given}: ${cause.message}. Give another port; 0 takes a free one.`,
      },
    ],
    { cause },
  );
}

const BEYOND = {
  path: '--listen',
  message:
    'Others than this machine could read how the run is. Give a token with --listen-token (`token` in the file), say --listen-open (`open: true`) where ' +
    'all of them may, or listen at 127.0.0.1.',
};
/** Where a pipeline file says it. */
const FILE_KEY = 'observability.prometheus.listen';
/** The page is served as it is written: in a clone from there, else as the package has it. */
const VIEW_FOLDER = [join(PACKAGE_ROOT, 'lib/observe/view'), join(PACKAGE_ROOT, 'dist/view')].find(existsSync) ?? '';
