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
export type { AuthSpec, OAuth2Config, TokenFileConfig } from './config/auth-spec.js';
export type { AddressConfig, Addresses } from './config/fields/address.js';
export type { LivenessConfig } from './config/fields/liveness.js';
export type { MatchConfig } from './config/fields/match.js';
export type { ReachConfig, TlsConfig } from './config/fields/reach.js';
export type { ReconnectConfig } from './config/fields/reconnect.js';
export type { RotationConfig } from './config/fields/rotation.js';
export type { SubscribeConfig } from './config/fields/subscribe.js';
export type { SourceConfig, SourceSettings } from './config/source-config.js';
export { type Backoff, fixedBackoff, type GrowingBackoff, growingBackoff } from './connect/backoff.js';
export type { CredentialProvider, CredentialRequest, Credentials } from './connect/credentials.js';
export type { DedupeOptions } from './connect/dedupe.js';
export type * from './connect/events.js';
export type { Frame } from './connect/frame.js';
export { GAP_CAUSES, type Gap, type GapCause, type Moment } from './connect/gap.js';
export type { IntakeOptions } from './connect/intake-options.js';
export type { Heartbeat, LivenessOptions, Reply } from './connect/liveness-options.js';
export type { FieldMatch, FrameMatch, TextMatch } from './connect/match.js';
export { type OAuth2Options, oauth2 } from './connect/oauth2.js';
export type {
  SubscribeFunction,
  SubscribeMessage,
  SubscribeRequest,
  WebSocketReadableOptions,
} from './connect/options.js';
export type { Overflow } from './connect/overflow-queue.js';
export type { ReachOptions, TlsOptions, TlsProvider, TlsRequest } from './connect/reach-options.js';
export type { ReconnectOptions } from './connect/reconnect-options.js';
export type { RotationOptions } from './connect/rotation-options.js';
export type { SequenceOptions, SequenceStats } from './connect/sequence-check.js';
export type { SubscribeOptions, SubscribeStep } from './connect/subscribe-options.js';
// 1 · connect
export { WebSocketReadable } from './connect/websocket-readable.js';
// 3 · envelope
export { envelope } from './envelope/envelope.js';
// Errors, and what options are made of.
export * from './errors.js';
export type { Clock } from './internal/clock.js';
export type { Logger } from './internal/logger.js';
export type { OnError } from './internal/rejects.js';
export type { BigIntegers } from './json/values.js';
// Glue: for functions of your own
export { filter } from './map/filter.js';
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
export { type JsonlFileWritable, jsonlFile } from './sink/jsonl-file.js';
export type { JsonlFileOptions } from './sink/jsonl-file-options.js';
export type { SinkStats } from './sink/sink.js';
export { type StdoutOptions, type StdoutWritable, stdout } from './sink/stdout.js';
export type { CheckReport } from './source/check.js';
export type { PagesReadable } from './source/pages-readable.js';
// The whole of it, from one configuration.
export { createSource, type Source, type SourceOptions, type SourceStats } from './source.js';
export type { ValidateOptions } from './validate/options.js';
export type { JsonSchema } from './validate/schema.js';
// 2½ · validate
export { type ValidateTransform, validate } from './validate/validate.js';
