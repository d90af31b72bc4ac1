import type { BatchOptions } from '../batch/options.js';
import type { ResolvedSourceConfig } from '../config/source-config.js';
import type { CredentialProvider, Credentials } from '../connect/credentials.js';
import type { WebSocketReadableOptions } from '../connect/options.js';
import type { TlsOptions, TlsProvider } from '../connect/reach-options.js';
import type { Clock } from '../internal/clock.js';
import type { Logger } from '../internal/logger.js';
import type { ParseOptions } from '../parse/options.js';
import type { ValidateOptions } from '../validate/options.js';

/** What a source is given beside its configuration, resolved. */
export interface Surroundings {
  readonly credentials: Credentials | CredentialProvider;
  readonly signal: AbortSignal | undefined;
  readonly logger: Logger | undefined;
  readonly feed: string | undefined;
  readonly clock: Clock | undefined;
  readonly random: (() => number) | undefined;
  readonly tls: TlsOptions | TlsProvider;
}

/** The options of `WebSocketReadable` that a configuration stands for. `max_messages` counts records: see {@link batchOptions}. */
export function connectOptions(config: ResolvedSourceConfig, around: Surroundings): WebSocketReadableOptions {
  return {
    ...around,
    protocols: config.protocols,
    headers: config.headers,
    subscribeMessages: config.subscribeMessages,
    pingIntervalMs: config.pingIntervalMs,
    idleTimeoutMs: config.idleTimeoutMs,
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
    ...config.rotation,
  };
}

/** The options of `parse()` that a configuration stands for. */
export function parseOptions(config: ResolvedSourceConfig, { logger, clock }: Surroundings): ParseOptions {
  return {
    format: config.messageFormat,
    onError: config.onParseError,
    split: config.split,
    recordsPath: config.recordsPath,
    bigIntegers: config.bigIntegers,
    logger,
    clock,
  };
}

/** The options of `validate()` that a configuration stands for. */
export function validateOptions(config: ResolvedSourceConfig, { logger, clock }: Surroundings): ValidateOptions {
  return { onError: config.onInvalidRecord, logger, clock };
}

/** The options of `batch()` that a configuration stands for. */
export function batchOptions(config: ResolvedSourceConfig, { clock }: Surroundings): BatchOptions {
  return {
    size: config.batchSize,
    maxBytes: config.pageBytes,
    lingerMs: config.lingerMs,
    maxRecords: config.maxMessages,
    clock,
  };
}
