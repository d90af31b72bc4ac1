import type { Registry } from 'prom-client';
import type { FeedMeters } from '../feed-meters.js';
import { healthOf, NOT_READY } from '../health.js';
import { register } from '../register.js';
import { type Answer, json, text } from './answer.js';
import { type ReportParts, reportWithHistory, wholeReport } from './whole-report.js';

/** What is answered at each path, but for `/events`, which goes on. */
export type Route = (query: URLSearchParams) => Answer | Promise<Answer>;

/** What routes tell of. */
export interface RoutesParts extends ReportParts {
  /** A text as it may be shown. */
  readonly clean: (text: string) => string;
  /** Where the metrics are. */
  readonly metricsPath: string;
}

export function routesOf(parts: RoutesParts): ReadonlyMap<string, Route> {
  const { meters, clean, metricsPath } = parts;
  let registry: Promise<Registry> | undefined;
  const shown = (_key: string, value: unknown): unknown => (typeof value === 'string' ? clean(value) : value);
  return new Map<string, Route>([
    ['/healthz', () => text('ok')],
    [
      '/readyz',
      (query) => health(meters, query, ({ isReady, why }) => (isReady ? undefined : (why ?? 'ended')), NOT_READY),
    ],
    ['/freshz', (query) => health(meters, query, ({ isFresh }) => (isFresh ? undefined : 'stale'), STALE)],
    [
      '/stats.json',
      (query) => {
        const hasHistory = query.has('history');
        const body = hasHistory ? reportWithHistory(parts, shown) : JSON.stringify(wholeReport(parts), shown);
        return { ...json(null), body: `${body}\n` };
      },
    ],
    [
      metricsPath,
      async () => {
        registry ??= newRegistry(meters);
        const told = await registry;
        return { status: 200, type: told.contentType, body: await told.metrics() };
      },
    ],
  ]);
}

async function newRegistry(meters: FeedMeters): Promise<Registry> {
  const { default: client } = await import('prom-client');
  const registry = new client.Registry();
  register(registry, meters);
  return registry;
}

/** 200 where all feeds are well, or the one that is asked for; 503 with those that are not. */
function health<Why extends string>(
  meters: FeedMeters,
  query: URLSearchParams,
  whyNot: (health: ReturnType<typeof healthOf>) => Why | undefined,
  sentences: Readonly<Record<Why, string>>,
): Answer {
  const name = query.get('feed');
  const asked = name === null ? undefined : meters.feed(name);
  if (name !== null && asked === undefined) return text('There is no feed of this name.', 404);
  const ill = (asked === undefined ? meters.feeds : [asked]).flatMap((meter) => {
    const why = whyNot(healthOf(meter, meter.stats));
    return why === undefined ? [] : [{ feed: meter.name, why, message: sentences[why] }];
  });
  // A run that has not begun is not ready either.
  const isWell = ill.length === 0 && meters.feeds.length > 0;
  return json({ status: isWell ? 'ok' : 'failing', feeds: ill }, isWell ? 200 : 503);
}

const STALE = { stale: 'Its newest record is older than `fresh_within` allows.' };
