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
export type { PageTransfer, TransferablePage } from './batch/page-transfer.js';
export type { FilePosition, KeptFile, KeptFiles, PartitionPosition, SinkPosition } from './batch/sink-position.js';
export type { SpoolPlace } from './batch/spool-place.js';
export type { StoredPosition } from './batch/stored-position.js';
export type { AuthSpec, StaticConfig } from './config/auth/auth-spec.js';
export type { CodeSettings, CodeSourceConfig } from './config/code-settings.js';
export type { AddressConfig, Addresses } from './config/fields/address.js';
export type {
  BatchConfig,
  IntakeConfig,
  LivenessConfig,
  OAuth2Config,
  ParseConfig,
  ReachConfig,
  ReconnectConfig,
  RecordConfig,
  RefreshTokenConfig,
  RotationConfig,
  SocketConfig,
  SubscribeConfig,
  TokenEndpointConfig,
  TokenFileConfig,
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
export type { ResumeOptions } from './connect/options/resume-options.js';
export type { RotationOptions } from './connect/options/rotation-options.js';
export type {
  SubscribeFunction,
  SubscribeMessage,
  SubscribeOptions,
  SubscribeRequest,
  SubscribeStep,
} from './connect/options/subscribe-options.js';
export type { PersistOptions, TokenHeaderOptions, TokenOptions } from './connect/options/token-options.js';
export { ConnectBudget, type ConnectBudgetOptions } from './connect/reach/connect-budget.js';
export { type OAuth2Options, oauth2 } from './connect/reach/oauth2.js';
export type { OAuth2ClientOptions } from './connect/reach/oauth2-client.js';
export { type RefreshTokenOptions, refreshToken } from './connect/reach/refresh-token.js';
export { type TokenEndpointOptions, tokenEndpoint } from './connect/reach/token-endpoint.js';
// 1 · connect
export { WebSocketReadable } from './connect/websocket-readable.js';
// Fewer records
export { dedupe } from './dedupe/dedupe.js';
export type { DedupeStageOptions } from './dedupe/options.js';
// 3 · envelope
export { envelope } from './envelope/envelope.js';
export type { Envelope } from './envelope/envelope-message.js';
// Errors, and what options are made of.
export {
  type AnySpillwayError,
  AuthError,
  ConfigError,
  type ConfigProblem,
  ConnectError,
  DisconnectedError,
  ERROR_CODES,
  type ErrorCode,
  InputError,
  InvalidRecordError,
  isSpillwayError,
  MergeError,
  MessageTooLargeError,
  ParseError,
  ReconnectExhaustedError,
  type RecordProblem,
  SinkError,
  SpillwayError,
  SpoolError,
  StateError,
  SubscribeError,
  TransformError,
  type UndeliveredRange,
  type Watchdog,
} from './errors.js';
// Many feeds
export { createFeeds, type FeedsConfig } from './feeds/create-feeds.js';
export type { FeedDescription } from './feeds/feed-description.js';
export type { FeedPhase } from './feeds/feed-phase.js';
export type { FeedStatus, Feeds, FeedsEvents } from './feeds/feeds.js';
export type { FeedCursor } from './frame/feed-cursor.js';
export type { DamagedStretch, FeedPosition } from './frame/feed-position.js';
export type { Frame } from './frame/frame.js';
export { GAP_CAUSES, type Gap, type GapCause, type Moment } from './frame/gap.js';
export type { Clock } from './internal/clock.js';
export type { Logger } from './internal/logger.js';
export type { OnError } from './internal/rejects.js';
export type { KeepOptions, RollOptions } from './internal/roll-options.js';
export type {
  EventArguments,
  Listen,
  ReadableEvents,
  ReadableOf,
  TransformOf,
  WritableEvents,
} from './internal/typed-streams.js';
export type { FieldMatch, FrameMatch, FrameMatch as MatchConfig, TextMatch } from './json/match.js';
export type { TimestampUnit } from './json/time.js';
export type { BigIntegers } from './json/values.js';
export type { GapSum } from './manifest/manifest-entry.js';
// Glue: for functions of your own
export type { Keep } from './map/filter.js';
export { filterPage } from './map/filter-page.js';
export { map, type ValueOf } from './map/map.js';
export { type Lines, mapPage } from './map/map-page.js';
export type { MapOptions, WorkOptions } from './map/options.js';
export { type MergeReadable, type MergeStats, merge } from './merge/merge.js';
export type { MergeOptions } from './merge/options.js';
export type { MergeInputStats } from './merge/step.js';
export type { DeadLetter } from './parse/dead-letter.js';
export type { Decode } from './parse/decode.js';
export { field } from './parse/field.js';
export { type FrameFacts, Message } from './parse/message.js';
export type { ParseOptions } from './parse/options.js';
// 2 · parse
export { type ParseTransform, parse } from './parse/parse.js';
export { debounce } from './rate/debounce.js';
export type { KeyBy } from './rate/key.js';
export type { DebounceOptions, SampleOptions, ThrottleOptions } from './rate/options.js';
export { sample } from './rate/sample.js';
export { throttle } from './rate/throttle.js';
// 2¾ · select
export { type Selected, select } from './select/select.js';
// 5 · sink
export { acknowledging } from './sink/acknowledging.js';
export { type CsvFileWritable, csvFile } from './sink/csv/csv-file.js';
export type { CsvColumn, CsvFileOptions, CsvPath } from './sink/csv/options.js';
export { type JsonlFileWritable, jsonlFile } from './sink/file/jsonl-file.js';
export type { JsonlFileOptions } from './sink/file/jsonl-file-options.js';
export type { FileReport, WrittenFile } from './sink/file/live-file.js';
export { fileNameOf } from './sink/many/file-name.js';
export { type OpenPartition, type PartitionByWritable, partitionBy } from './sink/many/partition-by.js';
export type { PartitionKey } from './sink/many/partition-key.js';
export type { PartitionOptions } from './sink/many/partition-options.js';
export { type TeeEvents, type TeeWritable, tee } from './sink/many/tee.js';
export type { TeeOptions } from './sink/many/tee-options.js';
export type { WritePagesOptions } from './sink/own/options.js';
export { type StorePage, type WritePagesWritable, writePages } from './sink/own/write-pages.js';
export {
  type RolledFile,
  type RolledFilesEvents,
  type RolledFilesWritable,
  rolledFiles,
} from './sink/rolled/rolled-files.js';
export type { RolledReport } from './sink/rolled/rolled-folder.js';
export type { RolledFilesOptions } from './sink/rolled/rolled-options.js';
export type { SinkStats } from './sink/sink.js';
export type { StdoutOptions } from './sink/stdout/options.js';
export { type StdoutWritable, stdout } from './sink/stdout/stdout.js';
export type { CheckReport } from './source/check.js';
export type { FetchOptions } from './source/fetch-options.js';
export type { PagesReadable } from './source/pages-readable.js';
// The whole of it, from one configuration.
export { createSource, type Source, type SourceOptions } from './source/source.js';
// What is kept between runs
export type { SpoolOptions } from './spool/options.js';
export { type FeedSpool, openSpool } from './spool/spool.js';
export type { SpoolDuplex, SpoolEvents } from './spool/spool-stream.js';
export type { SpoolBacklog } from './spool/spooling.js';
export type { Stage } from './stage/stage.js';
export type { WorkContext } from './stage/work-context.js';
export type { StateOptions } from './state/options.js';
export { type FeedState, openState } from './state/state.js';
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
export type { ValidateOptions } from './validate/options.js';
export type { JsonSchema } from './validate/schema.js';
export type { StandardIssue, StandardResult, StandardSchema } from './validate/standard-schema.js';
// 2½ · validate
export { validate } from './validate/validate.js';
// Many messages become one
export type { WindowAggregate, WindowFunction } from './window/aggregate.js';
export type { WindowFacts, WindowKey } from './window/facts.js';
export type { WindowOptions } from './window/options.js';
export { window } from './window/window.js';
