import type { AuthSpec } from './auth/auth-spec.js';
import type { AddressConfig } from './fields/address.js';
import type {
  BackfillConfig,
  BatchConfig,
  IntakeConfig,
  LivenessConfig,
  ParseConfig,
  ReachConfig,
  ReconnectConfig,
  RecordConfig,
  ResumeConfig,
  RotationConfig,
  SocketConfig,
  SubscribeConfig,
} from './fields/option-types.js';

/**
 * What a user writes: in `createSource(config)`, and below `pipeline.source.config` in a pipeline file. Durations are
 * numbers of seconds, or text such as `"500ms"`, `"30s"`, `"5m"`. One of `max_messages`,
 * `idle_timeout`, `max_duration`, `max_bytes`, `stop_when` and `unbounded: true` must be set.
 */
export interface SourceSettings
  extends SocketConfig,
    LivenessConfig,
    ReachConfig,
    ReconnectConfig,
    RotationConfig,
    SubscribeConfig,
    IntakeConfig,
    ResumeConfig,
    BackfillConfig,
    ParseConfig,
    BatchConfig,
    RecordConfig {
  /** How to prove who we are. @default { type: 'none' } */
  readonly auth?: AuthSpec | undefined;
}

/** {@link SourceSettings}, and where the feed is: `url`, or `urls`. */
export type SourceConfig = SourceSettings & AddressConfig;
