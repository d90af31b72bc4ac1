import type { Writable } from 'node:stream';
import type { BatchOptions } from '../batch/options.js';
import type { ResolvedSourceConfig } from '../config/source-config.js';
import type { BackfillFunction } from '../connect/options/backfill-options.js';
import type { CredentialProvider, Credentials } from '../connect/options/credentials.js';
import type { OwnOptions, WebSocketReadableOptions } from '../connect/options/options.js';
import type { TlsOptions, TlsProvider } from '../connect/options/reach-options.js';
import type { ConnectBudget } from '../connect/reach/connect-budget.js';
import type { FeedPosition } from '../frame/feed-position.js';
import type { Clock } from '../internal/clock.js';
import type { Logger } from '../internal/logger.js';
import type { OnError } from '../internal/rejects.js';
import { type Surface, speakingTo } from '../internal/surface.js';
import type { Decode } from '../parse/decode.js';
import type { LetterRules } from '../parse/letter-writable.js';
import type { ParseOptions } from '../parse/options.js';
import type { TransformOptions } from '../transform/options.js';
import type { ValidateOptions } from '../validate/options.js';
import type { AddedStages } from './added-stages.js';

/** What a source is given beside its configuration, resolved. */
export interface Surroundings {
  readonly credentials: Credentials | CredentialProvider;
  readonly signal: AbortSignal | undefined;
  readonly logger: Logger | undefined;
  readonly feed: string | undefined;
  readonly position: FeedPosition | undefined;
  readonly connectBudget: ConnectBudget | undefined;
  readonly clock: Clock | undefined;
  readonly random: (() => number) | undefined;
  readonly tls: TlsOptions | TlsProvider;
  readonly added: AddedStages;
  readonly decode: Decode | undefined;
  /** Finds what is missing in the sequence. */
  readonly backfill: BackfillFunction | undefined;
  /** What a pipeline file says of dead letters. */
  readonly letters: LetterRules | undefined;
  /** Whose names its errors use. */
  readonly surface: Surface;
}

/** The options of `WebSocketReadable` that a configuration stands for. `max_messages` counts records: see {@link batchOptions}. */
export function connectOptions(
  config: ResolvedSourceConfig,
  { added: _added, decode: _decode, letters: _letters, surface, backfill, ...around }: Surroundings,
): WebSocketReadableOptions {
  return speakingTo(surface, {
    ...around,
    protocols: config.protocols,
    requireProtocol: config.requireProtocol,
    headers: config.headers,
    subscribeMessages: config.subscribeMessages,
    pingIntervalMs: config.pingIntervalMs,
    idleTimeoutMs: config.idleTimeoutMs,
    maxDurationMs: config.maxDurationMs,
    ...config.reconnect,
    maxMessageBytes: config.maxMessageBytes,
    handshakeTimeoutMs: config.handshakeTimeoutMs,
    perMessageDeflate: config.perMessageDeflate,
    maxBufferedBytes: config.maxBufferedBytes,
    ...config.liveness,
    origin: config.reach.origin,
    proxy: config.reach.proxy,
    ...config.subscribe,
    ...config.intake,
    ...config.resume,
    ...config.backfill,
    ...(backfill && { backfill }),
    ...config.rotation,
  });
}

/** What of the options of `WebSocketReadable` each run has for itself, whatever its configuration. */
export function ownOptions(around: Surroundings): OwnOptions {
  const { credentials, tls, signal, feed, position, connectBudget, random } = around;
  return { credentials, tls, signal, feed, position, connectBudget, random };
}

/** The options of `parse()` that a configuration stands for. */
export function parseOptions(
  config: ResolvedSourceConfig,
  { decode, logger, clock, surface }: Surroundings,
  deadLetter?: Writable,
): ParseOptions {
  return speakingTo(surface, {
    format: config.messageFormat,
    decode,
    onError: onErrorOf(config.onParseError, deadLetter),
    deadLetter,
    utf8: config.utf8,
    split: config.split,
    recordsPath: config.recordsPath,
    stopWhen: config.stopWhen,
    bigIntegers: config.bigIntegers,
    logger,
    clock,
  });
}

/** The options of `validate()` that a configuration stands for. */
export function validateOptions(
  config: ResolvedSourceConfig,
  { logger, clock, surface }: Surroundings,
  deadLetter?: Writable,
): ValidateOptions {
  return speakingTo(surface, { onError: onErrorOf(config.onInvalidRecord, deadLetter), deadLetter, logger, clock });
}

/** What becomes of records that a transform cannot be applied to. */
export function transformOptions(
  config: ResolvedSourceConfig,
  { logger, clock, surface }: Surroundings,
  deadLetter?: Writable,
): TransformOptions {
  return speakingTo(surface, { onError: onErrorOf(config.onParseError, deadLetter), deadLetter, logger, clock });
}

/** The options of `batch()` that a configuration stands for. */
export function batchOptions(config: ResolvedSourceConfig, { clock }: Surroundings): BatchOptions {
  return {
    size: config.batchSize,
    maxBytes: config.pageBytes,
    lingerMs: config.lingerMs,
    maxRecords: config.maxMessages,
    maxRecordBytes: config.maxBytes,
    clock,
  };
}

function onErrorOf(given: 'fail' | 'skip', deadLetter: Writable | undefined): OnError {
  return deadLetter === undefined ? given : 'divert';
}
