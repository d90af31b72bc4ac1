import type { FeedConfig } from '../../feed/open-feed.js';
import type { FeedRun } from '../../feeds/feed-run.js';
import type { Reporter } from '../report/reporter.js';
import type { Output } from '../terminal/output.js';
import type { ListenFlags } from './listen-flags.js';
import type { Observer } from './observer.js';

/** All who look on. */
export interface Observers {
  /** A run of a feed begins; nothing is connected yet. */
  watch(run: FeedRun, feed: FeedConfig, reporter: Reporter): void;
  /** Resolves to whether nothing of them holds the process any longer. */
  close(): Promise<boolean>;
}

/**
 * Opens who looks on, by what the flags say, and the file that a feed is of. What nobody asks for is not loaded.
 *
 * @throws {ConfigError} when nobody may or can listen there, or packages are missing
 */
export async function openObservers(
  config: FeedConfig,
  flags: ListenFlags,
  told: { readonly output: Output; readonly reporter: Reporter },
): Promise<Observers> {
  const observers: Observer[] = [];
  const close = async (): Promise<boolean> => {
    const areFree = await Promise.all(observers.map((observer) => observer.close()));
    return !areFree.includes(false);
  };
  try {
    if (config.otel !== undefined) {
      const { startOtel } = await import('./otel.js');
      observers.push(await startOtel(config.otel, told));
    }
    if (flags.listen !== undefined || config.listen !== undefined) {
      const { startObserver } = await import('./observer.js');
      observers.push(await startObserver(flags, config, told));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    watch(run, feed, reporter) {
      for (const observer of observers) observer.watch(run, feed, reporter);
    },
    close,
  };
}
