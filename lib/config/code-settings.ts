import type { BACKFILL_OPTIONS } from '../connect/options/backfill-options.js';
import type { INTAKE_OPTIONS } from '../connect/options/intake-options.js';
import type { LIVENESS_OPTIONS } from '../connect/options/liveness-options.js';
import type { RECONNECT_OPTIONS } from '../connect/options/reconnect-options.js';
import type { RESUME_OPTIONS } from '../connect/options/resume-options.js';
import type { ROTATION_OPTIONS } from '../connect/options/rotation-options.js';
import type { SOCKET_OPTIONS } from '../connect/options/socket-options.js';
import type { SUBSCRIBE_OPTIONS } from '../connect/options/subscribe-options.js';
import type { KeyOf } from '../internal/options/key.js';
import type { Option } from '../internal/options/option.js';
import type { AddressConfig } from './fields/address.js';
import type { REACH_CONFIG } from './fields/reach.js';
import type { BATCH_CONFIG, PARSE_CONFIG, RECORD_OPTIONS } from './fields/record-options.js';
import type { SourceSettings } from './source-settings.js';

/**
 * {@link SourceSettings} by the names of code: `idleTimeoutMs: 30_000` is `idle_timeout: '30s'`. Durations are milliseconds,
 * and end in `Ms`; what has more than one form, such as `reconnectBackoff`, does not, but counts milliseconds, too.
 */
export interface CodeSettings
  extends InCode<typeof SOCKET_OPTIONS>,
    InCode<typeof LIVENESS_OPTIONS>,
    InCode<typeof REACH_CONFIG>,
    InCode<typeof RECONNECT_OPTIONS>,
    InCode<typeof ROTATION_OPTIONS>,
    InCode<typeof SUBSCRIBE_OPTIONS>,
    InCode<typeof INTAKE_OPTIONS>,
    InCode<typeof RESUME_OPTIONS>,
    InCode<typeof BACKFILL_OPTIONS>,
    InCode<typeof PARSE_CONFIG>,
    InCode<typeof BATCH_CONFIG>,
    InCode<typeof RECORD_OPTIONS> {
  /** How to prove who we are. @default { type: 'none' } */
  readonly auth?: ValueInCode<SourceSettings['auth']>;
}

/** What `createSource()` takes: each key as files spell it, or as code does. */
export type CodeSourceConfig = AddressConfig & Either<SourceSettings, CodeSettings>;

/** The members of both; what has one name in both may have either form. */
type Either<F, C> = Omit<F, keyof C> & Omit<C, keyof F> & { readonly [K in keyof F & keyof C]?: F[K] | C[K] };

/** Options by their names in code, which keeps what their table says of them, with what a file may say. */
type InCode<T> = { readonly [K in keyof T]?: MemberInCode<SettingOf<K & string>> | WordBesideNumber<T[K]> };
/** A word that stands for no number: `'none'`. */
type WordBesideNumber<O> = O extends Option<infer R> ? (number extends R ? Extract<R, string> : never) : never;
type SettingOf<Name extends string> = KeyOf<Name> extends keyof SourceSettings ? SourceSettings[KeyOf<Name>] : never;

/** What files write as seconds or text is a number; keys in it are those of code. */
type MemberInCode<T> = unknown extends T
  ? T
  : [number | string] extends [T]
    ? [Exclude<T, object | undefined>] extends [number | string]
      ? ValueInCode<Exclude<T, string>>
      : ValueInCode<T>
    : ValueInCode<T>;

type ValueInCode<T> = T extends readonly (infer Item)[]
  ? readonly ValueInCode<Item>[]
  : T extends object
    ? string extends keyof T
      ? T
      : { readonly [K in keyof T as NameInCode<K, T[K]>]: MemberInCode<T[K]> }
    : T;

type NameInCode<K, T> = K extends string
  ? IsDuration<Exclude<T, undefined>> extends true
    ? `${Camel<K>}Ms`
    : Camel<K>
  : K;
type IsDuration<T> = unknown extends T ? false : [number | string, T] extends [T, number | string] ? true : false;
type Camel<Text extends string> = Text extends `${infer First}_${infer Rest}`
  ? `${First}${Capitalize<Camel<Rest>>}`
  : Text;
