import type { Gap } from '../../frame/gap.js';
import { hasStraySpace } from '../../internal/address.js';
import { isHeaders } from '../../internal/header.js';
import { duration, own, required, secret, whole, words, yesNo } from '../../internal/options/kinds.js';
import type { GivenOf, ResolvedOf, Rule } from '../../internal/options/option.js';
import { shape, shapeForm } from '../../internal/options/shapes.js';
import { field, isFunction } from '../../internal/options.js';
import { path } from '../../json/option-kinds.js';
import type { ResolvedIntakeOptions } from './intake-options.js';
import type { ResolvedResumeOptions, ResumeOptions } from './resume-options.js';

const ADDRESS = 'an address that begins with https:// or http://, with {after} or {before} in it';

const NEXT_OPTIONS = {
  /** Where the answer has what comes next: an address, or where `url` has `{next}`, text or a number in its place. @default none */
  path: path({
    title: 'Field',
    description: 'Where the answer has the next address; or, where `url` has `{next}`, what is put in its place.',
    isFilled: true,
  }),
  /** The next address stands in the header `Link`, with `rel="next"` (RFC 8288). @default false */
  link: yesNo({
    title: 'Link',
    description: 'The next address stands in the header `Link`, with `rel="next"`.',
    fallback: false,
  }),
  /** The same is asked again behind the last number that came: so it is when nothing else is said. @default false */
  last: yesNo({
    title: 'Last number',
    description: 'The same is asked again behind the last number that came: so it is when nothing else is said.',
    fallback: false,
  }),
};

const BACKFILL_FORM = shapeForm({
  /**
   * What is asked, by GET: `https://`, or `http://`. `{after}` stands for the last number before the hole, or that came, `{before}` for
   * the first one behind it, `{key}` for the key of the sequence, `{next}` for what `next.path` has found.
   */
  url: required(
    secret(
      own(field<string | undefined>(undefined, ADDRESS, isAddress), {
        title: 'Address',
        comment: 'an address that begins with `https://` or `http://`, with `{after}` or `{before}` in it',
        description:
          'What is asked, by GET. `{after}` stands for the last number before the hole, or that came, `{before}` for the first one behind it, `{key}` for the key of the sequence, `{next}` for what `next.path` has found.',
        type: 'string',
        schema: { type: 'string', pattern: '^https?://[^#]*\\{(?:after|before)\\}' },
      }),
    ),
  ),
  /** Where in the answer the array of records is. @default the answer is that array */
  recordsPath: path({
    title: 'Records',
    description: 'Where in the answer the array of records is; by default it is the answer itself.',
  }),
  /** Where the number stands in such a record. @default `sequence.path` */
  sequence: path({
    title: 'Number',
    description: 'Where the number stands in such a record; by default as in `sequence`.',
    isFilled: true,
  }),
  /** Where an answer that does not have all goes on. @default `{ last: true }` */
  next: shape<BackfillNext>(shapeForm(NEXT_OPTIONS), {
    title: 'Next page',
    description:
      'Where an answer that does not have all goes on: `path`, `link` or `last`, which is the default: the same is asked again behind the last number.',
    note: ', of which one is enough',
  }),
  /** Headers of the request. @default {} */
  headers: secret(
    own(
      field<Readonly<Record<string, string>> | undefined>(
        undefined,
        'an object of header names and their values',
        isHeaders,
      ),
      {
        title: 'Headers',
        description: 'Headers of the request.',
        type: 'Readonly<Record<string, string>>',
        schema: { type: 'object', additionalProperties: { type: 'string' } },
      },
    ),
  ),
  /** Whether the request has the credentials of the feed. @default 'none' */
  auth: words(['none', 'feed'], {
    title: 'Credentials',
    description: '`feed`: the request has the credentials of the feed, its `auth`.',
    fallback: 'none',
  }),
  /** So many requests a second, at most. @default 5 */
  rate: whole({ title: 'Rate', description: 'So many requests a second, at most.', min: 1, max: 1_000, fallback: 5 }),
  /** Frames wait so long at most, from the first one that waits on: what was not brought then stays a gap. @default 30_000 */
  maxDurationMs: duration({
    title: 'Longest wait',
    description: 'Frames wait so long at most: what was not brought then stays a gap.',
    fallback: 30_000,
  }),
  /** `fail`: the run ends with an error where numbers stay missing. @default 'gap' */
  onFailure: words(['gap', 'fail'], {
    title: 'On failure',
    description: 'What cannot be brought stays a gap (`gap`), or ends the run with an error (`fail`).',
    fallback: 'gap',
  }),
});

/** Where an answer that does not have all goes on. */
export interface BackfillNext extends GivenOf<typeof NEXT_OPTIONS> {}

/**
 * Finds what is missing in a sequence: its records are JSON, in the order of their numbers, which stand where `sequence.path` says. What is before the
 * hole, or behind it, is left out. It has 30 seconds; the signal is aborted when nobody waits for it any more.
 */
export type BackfillFunction = (
  gap: Pick<Gap, 'afterSequence' | 'beforeSequence' | 'missing' | 'key'>,
  options: { readonly signal: AbortSignal },
) => AsyncIterable<Uint8Array | string>;

/** How what is missing in a sequence is fetched. */
export interface BackfillOptions extends GivenOf<(typeof BACKFILL_FORM)['table']> {}

const DESCRIPTION =
  'Fetches what is missing where `sequence` has a hole: `url` is asked, with `{after}` and `{before}` for the numbers around it, and its records (`records_path`, each with its number at `sequence`) take their place, in order and once. Frames that come meanwhile wait, for `max_duration` (30s) at most. What it does not bring stays a gap, or ends the run (`on_failure: fail`).';

const BACKFILL = shape<BackfillOptions | BackfillFunction>(BACKFILL_FORM, {
  title: 'Backfill',
  description: DESCRIPTION,
  note: ', of which `url` is needed; or a function',
  examples: [
    {
      url: 'https://api.example.com/trades?from={after}&to={before}&limit=1000',
      records_path: 'data',
      sequence: 'id',
    },
  ],
});

/** The option that fetches what is missing in a sequence. */
export const BACKFILL_OPTIONS = {
  /**
   * Fetches by HTTP what is missing where `sequence` has a hole: within a connection, over a reconnect, and with the `position` of a state
   * over a restart, or has a function of yours find it. Records take their place before what came after; what cannot be brought stays a gap. @default none
   */
  backfill: { ...BACKFILL, accepts: (value: unknown) => isFunction(value) || BACKFILL.accepts(value) },
};

/** {@link BACKFILL_OPTIONS} with every default filled in. */
export interface ResolvedBackfillOptions extends ResolvedOf<typeof BACKFILL_OPTIONS> {}

/** What of the newest record is remembered: what `resume` says, else the number by which a hole over a restart is found. */
export function remembered(
  options: Partial<ResolvedBackfillOptions & ResolvedResumeOptions & ResolvedIntakeOptions>,
): ResumeOptions | undefined {
  const { resume, backfill, sequence } = options;
  if (resume !== undefined || backfill === undefined || sequence === undefined) return resume;
  return sequence.key === undefined ? { values: { sequence: { path: sequence.path } }, into: {} } : undefined;
}

/** A hole is known by a sequence alone, and what an address has in it must be known. */
export const BACKFILL_RULES: readonly Rule<ResolvedBackfillOptions & ResolvedIntakeOptions>[] = [
  ({ backfill, sequence }) => {
    if (backfill === undefined) return undefined;
    const breach = (message: string) => ({ option: 'backfill', at: 'value', message }) as const;
    if (sequence === undefined) {
      return breach('What is missing is known by the numbers of the feed alone: set `sequence`, too.');
    }
    if (typeof backfill === 'function') return undefined;
    const { url, next, auth } = backfill;
    if (auth === 'feed' && !SAFE.test(url)) {
      return breach('`auth: feed` sends credentials: take an address of https://, or one of this machine.');
    }
    if (url.includes('{key}') && sequence.key === undefined) {
      return breach('`url` has {key}, and `sequence` has no `key`. Add it there, or take it out here.');
    }
    if (sequence.key !== undefined && !url.includes('{key}')) {
      return breach('`sequence` has a `key`: put {key} into `url`, so that it is known whose numbers are missing.');
    }
    const ways = [next?.path !== undefined, next?.link === true, next?.last === true].filter((one) => one).length;
    if (ways > 1) return breach('`next` says more than one way: take `path`, `link` or `last`.');
    if (url.includes('{next}') && next?.path === undefined) {
      return breach('`url` has {next}, and nothing says where that stands: set `next.path`.');
    }
    return undefined;
  },
];

function isAddress(value: unknown): boolean {
  if (typeof value !== 'string' || hasStraySpace(value) || !/\{(?:after|before)\}/.test(value)) return false;
  const filled = value.replaceAll(/\{(?:after|before|key|next)\}/g, '0');
  if (!URL.canParse(filled)) return false;
  const { protocol, hash, host } = new URL(filled);
  // What stands for a number is no part of who is asked.
  const isHostPlain = !/^https?:\/\/[^/?]*\{/.test(value);
  return hash === '' && host !== '' && isHostPlain && (protocol === 'https:' || protocol === 'http:');
}

/** Where credentials may be sent to: by TLS, or within this machine. */
const SAFE = /^(?:https:\/\/|http:\/\/(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?:[:/?]|$))/;
