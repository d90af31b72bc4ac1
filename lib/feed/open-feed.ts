import type { ResolvedSourceConfig } from '../config/source-config.js';
import type { Logger } from '../internal/logger.js';
import type { OpenSink } from '../sink/kind.js';
import { type Source, sourceOf } from '../source/source.js';
import { openSink } from './open-sink.js';
import type { ResolvedSink } from './sinks.js';

/** A source and the sink that its records go to, as a pipeline file or a command names them. */
export interface FeedConfig {
  readonly source: ResolvedSourceConfig;
  readonly sink: ResolvedSink;
  /** What the feed is called. */
  readonly name?: string | undefined;
}

/** Who is told what comes up during the run. */
export interface FeedWatcher {
  /** Secrets came up that are not in the configuration: before anybody else has them. */
  readonly secretsMet: (secrets: readonly string[]) => void;
  /** What the source refuses. */
  readonly refusals: Logger;
  /** What the sink has to tell beside errors. */
  readonly notices: Logger;
}

/** A feed that is ready to run. */
export interface OpenFeed {
  readonly source: Source;
  readonly sink: OpenSink;
  /** Where refused bytes go. */
  readonly deadLetter?: string | undefined;
}

/**
 * Opens a feed's sink and makes its source; nothing is connected yet. Nobody else holds its pages, so their memory is used again.
 *
 * @throws {ConfigError} when this machine cannot do what is configured
 */
export async function openFeed({ source: config, sink, name }: FeedConfig, watcher: FeedWatcher): Promise<OpenFeed> {
  const { secretsMet, refusals, notices } = watcher;
  const source = sourceOf(config, { feed: name, secretsMet, logger: refusals, reusePages: true });
  return { source, sink: await openSink(sink, { feed: name, logger: notices }), deadLetter: config.deadLetter };
}
