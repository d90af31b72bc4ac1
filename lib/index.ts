/**
 * ```text
 *  wss://  ──▶ connect ──▶ parse ──▶ envelope ──▶ batch ──▶ sink
 *              Readable    Frame →   Message →    Message → Writable
 *              of Frame    Message   Message      Page      of Page
 *          ◀── back-pressure: a slow sink pauses the socket ◀──
 * ```
 *
 * @packageDocumentation
 */

// 4 · batch
export { type BatchTransform, batch } from './batch/batch.js';
export type { BatchOptions } from './batch/options.js';
export { Page } from './batch/page.js';
export type {
  AuthSpec,
  OAuth2Config,
  RefreshTokenConfig,
  StaticConfig,
  TokenEndpointConfig,
  TokenFileConfig,
  TokenLifetimeConfig,
} from './config/auth/auth-spec.js';
export type { AddressConfig, Addresses } from './config/fields/address.js';
export type {
  IntakeConfig,
  LivenessConfig,
  ReachConfig,
  ReconnectConfig,
  RotationConfig,
  SocketConfig,
  SubscribeConfig,
} from './config/fields/option-types.js';
export type { TlsConfig } from './config/fields/reach.js';
export type { SourceConfig, SourceSettings } from './config/source-settings.js';
export type { Overflow } from './connect/intake/overflow-queue.js';
export { type Backoff, fixedBackoff, type GrowingBackoff, growingBackoff } from './connect/options/backoff.js';
export type { CredentialProvider, CredentialRequest, Credentials } from './connect/options/credentials.js';
export type * from './connect/options/events.js';
export type { DedupeOptions, IntakeOptions, SequenceOptions } from './connect/options/intake-options.js';
export type { Heartbeat, LivenessOptions, Reply } from './connect/options/liveness-options.js';
export type { WebSocketReadableOptions } from './connect/options/options.js';
export type { ReachOptions, TlsOptions, TlsProvider, TlsRequest } from './connect/options/reach-options.js';
export type { ReconnectOptions } from './connect/options/reconnect-options.js';
export type { RotationOptions } from './connect/options/rotation-options.js';
export type {
  SubscribeFunction,
  SubscribeMessage,
  SubscribeOptions,
  SubscribeRequest,
  SubscribeStep,
} from './connect/options/subscribe-options.js';
export { type OAuth2Options, oauth2 } from './connect/reach/oauth2.js';
export type { OAuth2ClientOptions } from './connect/reach/oauth2-client.js';
export { type PersistOptions, type RefreshTokenOptions, refreshToken } from './connect/reach/refresh-token.js';
export { type TokenEndpointOptions, tokenEndpoint } from './connect/reach/token-endpoint.js';
export type { TokenOptions } from './connect/reach/token-options.js';
// 1 · connect
export { WebSocketReadable } from './connect/websocket-readable.js';
// 3 · envelope
export { envelope } from './envelope/envelope.js';
// Errors, and what options are made of.
export * from './errors.js';
export type { Frame } from './frame/frame.js';
export { GAP_CAUSES, type Gap, type GapCause, type Moment } from './frame/gap.js';
export type { Clock } from './internal/clock.js';
export type { Logger } from './internal/logger.js';
export type { OnError } from './internal/rejects.js';
export type { FieldMatch, FrameMatch, FrameMatch as MatchConfig, TextMatch } from './json/match.js';
export type { BigIntegers } from './json/values.js';
// Glue: for functions of your own
export { map } from './map/map.js';
export type { DeadLetter } from './parse/dead-letter.js';
export { field } from './parse/field.js';
export { type FrameFacts, Message } from './parse/message.js';
export type { ParseOptions } from './parse/options.js';
// 2 · parse
export { type ParseTransform, parse } from './parse/parse.js';
// 2¾ · select
export { select } from './select/select.js';
// 5 · sink
export { type JsonlFileWritable, jsonlFile } from './sink/file/jsonl-file.js';
export type { JsonlFileOptions } from './sink/file/jsonl-file-options.js';
export type { FileReport, WrittenFile } from './sink/file/live-file.js';
export type { SinkStats } from './sink/sink.js';
export type { StdoutOptions } from './sink/stdout/options.js';
export { type StdoutWritable, stdout } from './sink/stdout/stdout.js';
export type { CheckReport } from './source/check.js';
export type { FetchOptions } from './source/fetch-options.js';
export type { PagesReadable } from './source/pages-readable.js';
// The whole of it, from one configuration.
export { createSource, type Source, type SourceOptions } from './source/source.js';
// What a run counts.
export type { ConnectionStats, SequenceStats, SourceStats } from './telemetry/stats.js';
export { explode } from './transform/explode.js';
export type { ExplodeOptions, OnMissing } from './transform/explode-step.js';
export { dropFields, selectFields } from './transform/fields.js';
// Transforms of the bytes
export { filter } from './transform/filter.js';
export type { FilterOp, FilterOptions } from './transform/filter-step.js';
export type { TransformOptions } from './transform/options.js';
export { renameFields } from './transform/rename-fields.js';
export { setFields } from './transform/set-fields.js';
export type { TransformStage } from './transform/transform-stage.js';
export type { ValidateOptions } from './validate/options.js';
export type { JsonSchema } from './validate/schema.js';
// 2½ · validate
export { type ValidateTransform, validate } from './validate/validate.js';
