import type { Registry } from 'prom-client';
import { optionError } from '../errors.js';
import { METRIC_LIST } from '../telemetry/metrics.js';
import { FeedMeters } from './feed-meters.js';
import { register } from './register.js';
import type { WatchedFeed } from './watched-feed.js';

/** What {@link prometheus} resolves to. */
export interface Metrics {
  /** What tells the metrics: `await registry.metrics()`. */
  readonly registry: Registry;
  /**
   * Watches a run of a feed, from before it connects. What it came to stays when it is over, until a run of this name is watched
   * again, or the function is called that is returned.
   *
   * @throws {ConfigError} when a run of this name goes on, or `eventTime` is not valid
   */
  watch(name: string, feed: WatchedFeed): () => void;
  /** Watches nothing any more, and takes the metrics out of the registry. */
  close(): void;
}

/**
 * Tells how feeds are to Prometheus, by prom-client, which is loaded now.
 *
 * @param registry one of your own @default a new one
 * @throws {ConfigError} when the registry has metrics of these names
 * @example
 * ```ts
 * const metrics = await prometheus();
 * const pages = source.pages();
 * metrics.watch('trades', { source, stream: pages, sink });
 * ```
 */
export async function prometheus(registry?: Registry): Promise<Metrics> {
  const told = registry ?? new (await import('prom-client')).default.Registry();
  const taken = METRIC_LIST.find(([name]) => told.getSingleMetric(name) !== undefined);
  if (taken !== undefined) {
    throw optionError(
      'prometheus',
      `The registry has a metric ${taken[0]} already: one call of prometheus() watches all feeds.`,
    );
  }
  const meters = new FeedMeters();
  register(told, meters);
  return {
    registry: told,
    watch: (name, feed) => meters.watch(name, feed),
    close() {
      meters.close();
      for (const [name] of METRIC_LIST) told.removeSingleMetric(name);
    },
  };
}
