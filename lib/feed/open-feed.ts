import type { ResolvedSourceConfig } from '../config/source-config.js';
import type { ConnectBudget } from '../connect/reach/connect-budget.js';
import type { TokenSharing } from '../connect/reach/token-sharing.js';
import type { Logger } from '../internal/logger.js';
import type { OpenSink } from '../sink/kind.js';
import { type Source, sourceOf } from '../source/source.js';
import type { FeedSpool } from '../spool/spool.js';
import type { FeedState } from '../state/state.js';
import type { ResolvedDlq } from './dlq-config.js';
import { type FeedLetters, openLetters } from './feed-letters.js';
import type { ResolvedListen, ResolvedWatch } from './observability-config.js';
import { openSink } from './open-sink.js';
import type { ResolvedOtel } from './otel-config.js';
import { keepsPosition, type ResolvedSink, sinkOf } from './sinks.js';
import type { ResolvedSpool } from './spool-config.js';
import type { ResolvedState } from './state-config.js';
import { askPosition, type ToldPosition, tellLater } from './told-position.js';

/** A source and the sink that its records go to, as a pipeline file or a command names them. */
export interface FeedConfig {
  readonly source: ResolvedSourceConfig;
  readonly sink: ResolvedSink;
  /** What the feed is called. */
  readonly name?: string | undefined;
  /** What is kept for the next run, and where. */
  readonly state?: ResolvedState | undefined;
  /** Where pages wait for the sink. */
  readonly spool?: ResolvedSpool | undefined;
  /** Where the run tells how it is, if it does. */
  readonly listen?: ResolvedListen | undefined;
  /** Where OpenTelemetry is told how the run is, if it is. */
  readonly otel?: ResolvedOtel | undefined;
  /** What the feed is watched by. */
  readonly watch?: ResolvedWatch | undefined;
  /** Where what is refused goes, at the source and at the sink. */
  readonly dlq?: ResolvedDlq | undefined;
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
  /** What they are stored in, to be closed when the run is over. */
  readonly letters?: FeedLetters | undefined;
  /** The same. */
  readonly state?: FeedState | undefined;
  /** The same, before the state. */
  readonly spool?: FeedSpool | undefined;
}

/** What a feed is told that is one of several, or runs once more. */
export interface BesideOthers {
  /** Whether it has run in this process before: what it has stored stays. @default false */
  readonly isAnew?: boolean;
  /** How quickly the feeds connect, all together. */
  readonly connectBudget?: ConnectBudget | undefined;
  /** Who gets the tokens of all of them. */
  readonly tokens?: TokenSharing | undefined;
}

/**
 * Opens a feed's sink and makes its source; nothing is connected yet. Nobody else holds its pages, so their memory is used again.
 *
 * @throws {ConfigError} when this machine cannot do what is configured
 * @throws {StateError} when the state cannot be used
 * @throws {SpoolError} when the spool cannot
 */
export async function openFeed(
  feed: FeedConfig,
  watcher: FeedWatcher,
  { isAnew = false, connectBudget, tokens }: BesideOthers = {},
): Promise<OpenFeed> {
  const { source: config, name } = feed;
  const { secretsMet, refusals, notices } = watcher;
  // Before the sink takes the feed over: a run that cannot have the folder ends nobody else's.
  const state = feed.state && (await openStateOf(feed.state, feed, notices));
  let letters: FeedLetters | undefined;
  let spool: FeedSpool | undefined;
  let sink: OpenSink | undefined;
  try {
    const goesOn = isAnew || state !== undefined || feed.spool !== undefined;
    letters = await openLetters(feed, notices);
    const deadLetter = letters?.sink;
    const open = () => openSink(feed.sink, { feed: name, logger: notices, goesOn, state, deadLetter });
    let told: ToldPosition = {};
    if (keepsPosition(feed.sink)) {
      sink = await open();
      told = await askPosition(sink, { state, isSpooled: feed.spool !== undefined, logger: notices });
    }
    spool = feed.spool && (await openSpoolOf(feed.spool, feed, { state, told, logger: notices }));
    const position = spool === undefined ? (told.known ?? state?.position) : spool.position;
    if (sink !== undefined) tellLater(told, position?.sequence ?? 0, sink.target, notices);
    const source = sourceOf(config, {
      ...{ feed: name, secretsMet, logger: refusals, reusePages: true, position, letters: letters?.source },
      ...{ connectBudget, tokens },
      // With a spool, the state keeps what comes out of that.
      stages: state === undefined || spool !== undefined ? [] : [state.keep()],
    });
    sink ??= await open();
    return { source, sink, deadLetter: config.deadLetter?.path, letters, state, spool };
  } catch (error) {
    await destroyed(sink);
    await letters?.close().catch(() => {});
    await spool?.close();
    await state?.close();
    throw error;
  }
}

async function destroyed(sink: OpenSink | undefined): Promise<void> {
  if (sink === undefined || sink.stream.closed) return;
  const closed = new Promise((resolve) => sink.stream.once('close', resolve));
  sink.stream.on('error', () => {}).destroy();
  await closed;
}

/** What only a run with a spool needs is loaded for that. */
async function openSpoolOf(
  { path, ...options }: ResolvedSpool,
  { source, sink, name }: FeedConfig,
  { state, told, logger }: { state: FeedState | undefined; told: ToldPosition; logger: Logger },
): Promise<FeedSpool> {
  const { openSpool } = await import('../spool/spool.js');
  const { drainTimeoutMs } = sinkOf(sink).config as { readonly drainTimeoutMs?: number };
  return openSpool(path, {
    ...options,
    ...{ state, logger, feed: name, gaps: source.intake.gaps, drainTimeoutMs, reusePages: true },
    ...{ stored: told.known, storedLater: told.later },
  });
}

/** What only a run with a state needs is loaded for that. */
async function openStateOf({ path, sync }: ResolvedState, { sink }: FeedConfig, logger: Logger): Promise<FeedState> {
  const { openState } = await import('../state/state.js');
  return openState(path, { sync, logger: keepsPosition(sink) ? withoutPosition(logger) : logger });
}

/** The sink knows better where the feed goes on, and that is told. */
function withoutPosition(logger: Logger): Logger {
  return {
    ...logger,
    warn(facts, message) {
      if (!('event' in facts && facts.event === 'goes_on')) logger.warn(facts, message);
    },
  };
}
