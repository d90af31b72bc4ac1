import type { JsonSchema } from '../json-schema.js';
import type { Field } from '../options.js';

/**
 * All there is to say of one option, once: what code may give (from {@link Field}), what a configuration may say, and what
 * people read about it. `R` is the type of what it resolves to.
 */
export interface Option<R> extends Field<R> {
  readonly about: About;
  readonly form: Form;
  /** The credentials in a value that holds more than them. @default all texts in it */
  readonly secretsIn?: ((value: never) => readonly string[]) | undefined;
  /** Whether a configuration may say it without effect: files of the original do. */
  readonly isIgnored?: boolean;
  /** Whether an object of options, or a configuration, must have it. */
  readonly isRequired?: boolean;
}

/** An option that an object of options must have: its fallback is never used. */
export interface RequiredOption<R> extends Option<R> {
  readonly isRequired: true;
}

/** What people read about an option: in schemas, tables, `--help` and editors, by the words of the configuration. */
export interface About {
  /** What it must be, as the end of "expected …", where the kind of option would not say it well. */
  readonly comment?: string | undefined;
  /** For people who choose among options; members of an object need none. */
  readonly title?: string | undefined;
  /** Whole sentences; the first one must say enough for `--help`. */
  readonly description: string;
  /** Values as a configuration writes them. */
  readonly examples?: readonly unknown[] | undefined;
}

/** What a configuration may say: the config room makes schemas, readers and types of it. */
export type Form =
  | { readonly kind: 'duration'; readonly minMs: number; readonly orWords?: readonly string[] }
  | { readonly kind: 'bytes'; readonly min: number; readonly max: number | undefined }
  | { readonly kind: 'whole'; readonly min: number; readonly max: number }
  | { readonly kind: 'number'; readonly min: number; readonly max: number }
  | { readonly kind: 'flag' }
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'text'; readonly comment: string; readonly pattern: string }
  | { readonly kind: 'any text'; readonly minLength: 0 | 1 }
  | { readonly kind: 'json path' }
  | { readonly kind: 'file'; readonly use: FileUse | undefined }
  | ShapeForm
  | { readonly kind: 'list'; readonly item: ShapeForm; readonly max: number }
  | OwnForm
  | { readonly kind: 'either'; readonly forms: readonly Form[]; readonly comment: string };

/** An object with options of its own. */
export interface ShapeForm<T extends OptionTable = OptionTable> {
  readonly kind: 'shape';
  readonly table: T;
  readonly rules: readonly Rule<never>[];
  /** Which options ask for another beside them, by name. */
  readonly needs: Readonly<Record<string, string>>;
  /** Two options of which there must be one. */
  readonly oneOf: readonly [string, string] | undefined;
}

/** What a configuration says in words of its own: its JSON Schema, and how that is said in code. */
export interface OwnForm {
  readonly kind: 'own';
  readonly schema: JsonSchema;
  /** Its type, as TypeScript writes it. */
  readonly type: string;
  readonly read: (value: unknown) => unknown;
}

/** What a file that is written is for. The path of files of records may have parts that change from record to record. */
export type FileUse = 'records' | 'files of records' | 'dead letters';

/** Options by their names in code. */
export type OptionTable = Readonly<Record<string, AnyOption>>;
export type AnyOption = Option<unknown>;

/** What code may give: each member keeps the doc comment that it has in the table. An explicit `undefined` means the default. */
export type GivenOf<T extends FieldTable> = [RequiredIn<T>] extends [never]
  ? { readonly [K in keyof T]?: ValueOf<T[K]> | undefined }
  : ResolvedOf<Pick<T, RequiredIn<T>>> & GivenOf<Omit<T, RequiredIn<T>>>;

/** The same with every default filled in. */
export type ResolvedOf<T extends FieldTable> = { readonly [K in keyof T]: ValueOf<T[K]> };

/** Options, some of which code alone may give. */
type FieldTable = Readonly<Record<string, Field<unknown>>>;
type RequiredIn<T> = { [K in keyof T]: T[K] extends { readonly isRequired: true } ? K : never }[keyof T];
type ValueOf<O> = O extends Field<infer R> ? R : never;

/**
 * What must hold between options, said once for both surfaces. `name` gives an option's name as it is shown: in code its
 * own, in a configuration its key.
 */
export type Rule<R> = (given: R, name: (option: keyof R & string) => string) => RuleBreach<R> | undefined;

/** What a {@link Rule} found. */
export interface RuleBreach<R> {
  readonly option: keyof R & string;
  /** What a reader should be pointed at: the value that is wrong, or the key that should not stand there. */
  readonly at: 'value' | 'key';
  /** A whole sentence. */
  readonly message: string;
}
