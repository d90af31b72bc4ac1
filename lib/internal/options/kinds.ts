import type { JsonSchema } from '../json-schema.js';
import { type Field, field, flag, milliseconds, oneOf, wholeNumber } from '../options.js';
import type { About, FileUse, Form, Option, RequiredOption } from './option.js';

/** What an option that may be left out says beside its kind: how people read about it, and what it is then. */
type Spec<R> = About & { readonly fallback?: R };

/** A stretch of time: milliseconds in code, seconds or text such as `"30s"` in a configuration; of at least `minMs`, 0 or 1. */
export function duration(spec: About & { readonly fallback: number; readonly minMs?: 0 | 1 }): Option<number>;
export function duration(spec: About & { readonly minMs?: 0 | 1 }): Option<number | undefined>;
export function duration(spec: Spec<number> & { readonly minMs?: 0 | 1 }): Option<number | undefined> {
  const { minMs = 1, fallback } = spec;
  return option(milliseconds(fallback, minMs), spec, { kind: 'duration', minMs });
}

/** The same of at least 1 ms, or one of these words. */
export function durationOr<const W extends string>(
  list: readonly W[],
  spec: About & { readonly fallback: number },
): Option<number | W> {
  const { expected, accepts } = milliseconds(spec.fallback);
  const quoted = list.map((word) => `'${word}'`).join(' or ');
  const code = field<number | W>(
    spec.fallback,
    `${expected}, or ${quoted}`,
    (value) => list.includes(value as W) || accepts(value),
  );
  return option(code, spec, { kind: 'duration', minMs: 1, orWords: list });
}

/** The same of at least 1 ms, or `none` for no such time. */
export function durationOrNone(spec: About & { readonly fallback: number }): Option<number | 'none'> {
  return durationOr(['none'], spec);
}

/** A whole number from `min` to `max`. */
export function whole(spec: About & Bounds & { readonly fallback: number }): Option<number>;
export function whole(spec: About & Bounds): Option<number | undefined>;
export function whole(spec: Spec<number> & Bounds): Option<number | undefined> {
  const { min, max = Number.MAX_SAFE_INTEGER, fallback } = spec;
  return option(wholeNumber<number | undefined>(fallback, min, max), spec, { kind: 'whole', min, max });
}

interface Bounds {
  readonly min: number;
  /** @default what a number holds exactly */
  readonly max?: number;
}

/** A finite number from `min` to `max`; in code `max` does not hold. */
export function number(spec: About & { readonly min: number; readonly max: number }): Option<number | undefined> {
  const { min, max } = spec;
  const accepts = (value: unknown): boolean => Number.isFinite(value) && (value as number) >= min;
  return option(field(undefined, `a finite number of at least ${min}`, accepts), spec, { kind: 'number', min, max });
}

/** A number of bytes, of at least 1; in a configuration also text such as `"100MB"` or `"1GiB"`. */
export function byteSize(spec: About & Partial<Bounds> & { readonly fallback: number }): Option<number>;
export function byteSize(spec: About & Partial<Bounds>): Option<number | undefined>;
export function byteSize(spec: Spec<number> & Partial<Bounds>): Option<number | undefined> {
  const { min = 1, max, fallback } = spec;
  return option(wholeNumber<number | undefined>(fallback, min, max), spec, { kind: 'bytes', min, max });
}

/** `true` or `false`. */
export function yesNo(spec: About & { readonly fallback: boolean }): Option<boolean> {
  return option(flag(spec.fallback), spec, { kind: 'flag' });
}

/** One of a few words, the same ones in both places. */
export function words<const W extends string>(
  list: readonly W[],
  spec: About & { readonly fallback: NoInfer<W> },
): Option<W>;
export function words<const W extends string>(list: readonly W[], spec: About): Option<W | undefined>;
export function words<W extends string>(list: readonly W[], spec: Spec<W>): Option<W | undefined> {
  return option(oneOf<W>(spec.fallback as W, list), spec, { kind: 'words', words: list });
}

/** Text of a pattern. `comment` says what it must be, as the end of "expected …". */
export function text(spec: About & Pattern & { readonly fallback: string }): Option<string>;
export function text(spec: About & Pattern): Option<string | undefined>;
export function text(spec: Spec<string> & Pattern): Option<string | undefined> {
  const { comment, pattern, fallback, ...about } = spec;
  const expression = new RegExp(pattern, 'u');
  const accepts = (value: unknown): boolean => typeof value === 'string' && expression.test(value);
  return option(field<string | undefined>(fallback, comment, accepts), about, { kind: 'text', comment, pattern });
}

interface Pattern {
  readonly comment: string;
  readonly pattern: string;
}

/** Text that is not empty, or with `minLength: 0` any. */
export function anyText(spec: About & { readonly fallback: string; readonly minLength?: 0 | 1 }): Option<string>;
export function anyText(spec: About & { readonly minLength?: 0 | 1 }): Option<string | undefined>;
export function anyText(spec: Spec<string> & { readonly minLength?: 0 | 1 }): Option<string | undefined> {
  const { fallback, minLength = 1 } = spec;
  const expected = minLength === 0 ? 'text' : 'text that is not empty';
  const accepts = (value: unknown): boolean => typeof value === 'string' && value.length >= minLength;
  return option(field<string | undefined>(fallback, expected, accepts), spec, { kind: 'any text', minLength });
}

/** A path into a record, of one key at least. */
export function jsonPath(spec: About): Option<string | readonly (string | number)[] | undefined> {
  const expected = 'a path such as "data.symbol", or an array of keys and indices';
  const accepts = (value: unknown): boolean => typeof value === 'string' || Array.isArray(value);
  return option(field<string | readonly (string | number)[] | undefined>(undefined, expected, accepts), spec, {
    kind: 'json path',
  });
}

/** The path of a file; with `use` it is one to write. */
export function file(spec: About & { readonly use?: FileUse }): Option<string | undefined> {
  const accepts = (value: unknown): boolean => typeof value === 'string' && value !== '';
  return option(field<string | undefined>(undefined, 'the path of a file', accepts), spec, {
    kind: 'file',
    use: spec.use,
  });
}

/**
 * What a configuration says in words of its own: by the keywords of `schema`, `read` into the terms of code. Without
 * `read` it is the same in both places, but that code may give more.
 */
export function own<R>(
  code: Field<R>,
  spec: About & {
    readonly schema: JsonSchema;
    /** What it is in a configuration, as TypeScript writes it. @default 'unknown' */
    readonly type?: string;
    readonly read?: (value: never) => unknown;
  },
): Option<R> {
  const { schema, type = 'unknown', read = (value: unknown) => value } = spec;
  return option(code, spec, { kind: 'own', schema, type, read: read as (value: unknown) => unknown });
}

/** The same option in an object of options, or a configuration, that must have it. */
export function required<R>(one: Option<R | undefined>): RequiredOption<R> {
  return { ...(one as Option<R>), isRequired: true };
}

/** The same option where its value is, or holds, a credential: no message shows it. `secretsIn` says which of its texts are. */
export function secret<O extends Option<unknown>>(
  one: O,
  secretsIn?: (value: O['fallback'] & {}) => readonly string[],
): O & { readonly isSecret: true } {
  return { ...one, isSecret: true, secretsIn };
}

/** The same option where it is accepted without effect. */
export function ignored<R>(one: Option<R>): Option<R> & { readonly isIgnored: true } {
  return { ...one, isIgnored: true };
}

/** One of several forms in a configuration; `code` says what code may give. */
export function either<R>(
  forms: readonly Form[],
  spec: About & {
    readonly fallback: R;
    /** What it must be in a configuration, as the end of "expected …". */
    readonly comment: string;
    readonly code: { readonly expected: string; readonly accepts: (value: unknown) => boolean };
  },
): Option<R> {
  const { fallback, code, comment, ...about } = spec;
  return option(field(fallback, code.expected, code.accepts), about, { kind: 'either', forms, comment });
}

/** An option of another kind. */
export function option<R>(code: Field<R>, { comment, title, description, examples }: About, form: Form): Option<R> {
  return { ...code, about: { comment, title, description, examples }, form };
}
