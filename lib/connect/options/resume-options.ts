import { isHeaders } from '../../internal/header.js';
import { duration, own, required, secret, text, whole, words, yesNo } from '../../internal/options/kinds.js';
import type { GivenOf, ResolvedOf, Rule } from '../../internal/options/option.js';
import { list, shape, shapeForm } from '../../internal/options/shapes.js';
import { field } from '../../internal/options.js';
import { isPath } from '../../json/field.js';
import { match, pathKeywords } from '../../json/option-kinds.js';
import type { ResolvedIntakeOptions } from './intake-options.js';
import { STEP_FORM, type SubscribeStep } from './subscribe-options.js';

/** Where a value stands that is remembered. */
export interface ResumeValue {
  /** Where it stands in a frame: text or a number, which is kept as it is written. */
  readonly path: string;
  /** `control`: in a frame that a subscribe step, a heartbeat or a reply has matched, and that is no data. @default 'record' */
  readonly from?: 'record' | 'control' | undefined;
}

const INTO_OPTIONS = {
  /** Parameters of the address's query, by name. @default none */
  query: secret(
    own(field<Readonly<Record<string, string>> | undefined>(undefined, 'an object of texts', isTexts), {
      title: 'Query',
      description: "Parameters of the address's query, by name.",
      type: 'Readonly<Record<string, string>>',
      schema: { type: 'object', additionalProperties: { type: 'string' } },
    }),
  ),
  /** The address that is connected to in place of `url`. What makes none, or a plain one of a `wss://` feed, is not taken. @default none */
  url: text({
    title: 'Address',
    description: 'The address that is connected to in place of `url`.',
    comment: 'an address with a value in it, such as "{base}/?v=1"',
    pattern: '\\{[A-Za-z0-9_]+\\}',
  }),
  /** Headers of the upgrade request. @default none */
  headers: secret(
    own(
      field<Readonly<Record<string, string>> | undefined>(undefined, 'an object of header names and texts', isHeaders),
      {
        title: 'Headers',
        description: 'Headers of the upgrade request.',
        type: 'Readonly<Record<string, string>>',
        schema: { type: 'object', additionalProperties: { type: 'string' } },
      },
    ),
  ),
  /** Steps that are taken in place of those of `subscribe`. A value goes into a text as JSON has it within quotes. @default none */
  subscribe: secret(
    list<SubscribeStep>(STEP_FORM, {
      title: 'Subscribe steps',
      description: 'Steps that are taken in place of those of `subscribe`.',
      note: ', each with `send` or `expect`',
      max: 10_000,
    }),
  ),
};

const ENDPOINT_CHANGE_OPTIONS = {
  /** How much earlier. */
  rewindMs: required(duration({ title: 'Rewind', description: 'How much earlier.' })),
};

const EXPIRED_OPTIONS = {
  /** The HTTP status by which the upgrade is refused. @default none */
  status: whole({
    title: 'Status',
    description: 'The HTTP status by which the upgrade is refused.',
    min: 400,
    max: 599,
  }),
  /** The close code. @default none */
  code: whole({ title: 'Close code', description: 'The close code.', min: 1000, max: 4999 }),
  /** The frame that says so, before any record came that the server was asked for. @default none */
  match: match({ title: 'Match', description: 'The frame that says so.' }),
};

const RESUME_FORM = shapeForm({
  /** What is remembered, by names of yours. */
  values: required(
    own(
      field<Readonly<Record<string, ResumeValue>> | undefined>(
        undefined,
        'an object of 1 to 20 names, each with a path',
        areValues,
      ),
      {
        title: 'Values',
        description: 'What is remembered of the newest record, by names of yours: each has the path of a field.',
        type: "Readonly<Record<string, { readonly path: string; readonly from?: 'record' | 'control' | undefined }>>",
        schema: {
          type: 'object',
          additionalProperties: false,
          patternProperties: {
            '^[A-Za-z0-9_]{1,100}$': {
              type: 'object',
              additionalProperties: false,
              required: ['path'],
              properties: {
                path: { title: 'Field', description: 'Where it stands in a frame.', ...pathKeywords },
                from: {
                  title: 'From',
                  description:
                    '`record`, or `control`: a frame that a subscribe step, a heartbeat or a reply has matched.',
                  enum: ['record', 'control'],
                },
              },
            },
          },
        },
      },
    ),
  ),
  /** Where it is said to the server on the next connect, with `{name}` for a value. Where one of them is not known, nothing of it is said. */
  into: required(
    shape<ResumeInto>(shapeForm(INTO_OPTIONS), {
      title: 'Into',
      description: 'Where it is said to the server on the next connect, with `{name}` for a value.',
      note: ', with `{name}` for a value',
    }),
  ),
  /** The server sends the record once more that it was asked to go on behind: it is dropped, and proves that nothing is missing. @default false */
  inclusive: yesNo({
    title: 'Inclusive',
    description: 'The server sends the last record once more: it is dropped, and proves that nothing is missing.',
    fallback: false,
  }),
  /**
   * The numbers of the feed only grow, and never begin anew: behind a connect a record that does not stand behind the cursor is one that was
   * there, and is dropped. For servers that take no heed of a cursor, and send all again. @default false
   */
  monotonic: yesNo({
    title: 'Monotonic',
    description:
      'The numbers only grow, and never begin anew: what the server sends that does not stand behind the cursor was there, and is dropped.',
    fallback: false,
  }),
  /** Whether a cursor is good at all addresses of the feed, or only where it came from: then another one is asked for nothing. @default 'endpoint' */
  scope: words(['endpoint', 'feed'], {
    title: 'Scope',
    description: 'Whether a cursor is good at all of `urls` (`feed`), or only where it came from (`endpoint`).',
    fallback: 'endpoint',
  }),
  /**
   * For cursors that are times, which many records may share, or which some are late for: what is asked for is so much earlier, and
   * `dedupe` leaves out what comes twice. @default none
   */
  rewindMs: duration({
    title: 'Rewind',
    description: 'For cursors that are times: so much earlier is asked for, and `dedupe` leaves out what comes twice.',
  }),
  /** With `scope: 'endpoint'`, and cursors that are times: another address is asked for the same, but so much earlier. @default it is asked for nothing */
  onEndpointChange: shape<ResumeEndpointChange>(shapeForm(ENDPOINT_CHANGE_OPTIONS), {
    title: 'On a change of the endpoint',
    description: 'For cursors that are times: what another one of `urls` is asked for is so much earlier.',
    note: ', in milliseconds',
  }),
  /**
   * The frame by which the server says that it has sent all that was missed. A drop, or a kill, before that is told as a gap that began
   * where the one began that was being closed. @default what was missed is taken to be there with the first record
   */
  caughtUp: match({
    title: 'Caught up',
    description: 'The frame by which the server says that it has sent all that was missed.',
  }),
  /** How the server says that it has forgotten the cursor: then it is connected to without one. @default none */
  expired: shape<ResumeExpired>(shapeForm(EXPIRED_OPTIONS), {
    title: 'Expired',
    description: 'How the server says that it has forgotten the cursor: then it is connected to without one.',
    note: ': at least one of them',
  }),
});

/** How `resume` is said to a server. */
export interface ResumeInto extends GivenOf<typeof INTO_OPTIONS> {}

/** What another address of the feed is asked for. */
export interface ResumeEndpointChange extends GivenOf<typeof ENDPOINT_CHANGE_OPTIONS> {}

/** How a server says that it has forgotten a cursor. */
export interface ResumeExpired extends GivenOf<typeof EXPIRED_OPTIONS> {}

/** How a feed goes on where it was. */
export interface ResumeOptions extends GivenOf<(typeof RESUME_FORM)['table']> {}

/** The option that has a feed go on where it was. */
export const RESUME_OPTIONS = {
  /**
   * Has the server send what was missed: what is remembered of the newest record (`values`) is said to it on the next connect
   * (`into`). With the `position` of a state it is that of the last record that was stored, and survives the process. @default none
   */
  resume: shape<ResumeOptions>(RESUME_FORM, {
    title: 'Resume',
    description:
      'Has the server go on where the feed was, so that a drop loses nothing. `values` are remembered of the newest record, each by its path, and said to the server on the next connect by `into`, with `{name}` for each; beside a `state` they are those of the last record that was stored. `inclusive`: the server sends that record once more, and it is dropped. `monotonic`: so are those before it, if a server sends them again. `scope`: whether they are good at all of `urls` (`feed`), or only where they came from (`endpoint`). `expired` (`status`, `code` or `match`): how the server says that it has forgotten them; `caught_up` (`path` and `equals`), that it has sent all that was missed.',
    note: ', of which `values` and `into` are needed',
    examples: [
      { values: { cursor: { path: 'time_us' } }, into: { query: { cursor: '{cursor}' } }, inclusive: true },
      {
        values: { seq: { path: 'seq' } },
        into: { subscribe: [{ send: '{"op":"subscribe","after":{seq}}' }] },
        expired: { match: { path: 'error', equals: 'too_old' } },
      },
    ],
  }),
};

/** {@link RESUME_OPTIONS} with every default filled in. */
export interface ResolvedResumeOptions extends ResolvedOf<typeof RESUME_OPTIONS> {}

/** What is said has to be known, and something has to be said. */
export const RESUME_RULES: readonly Rule<ResolvedResumeOptions & ResolvedIntakeOptions>[] = [
  ({ resume, dedupe }, name) => {
    if (resume === undefined) return undefined;
    const { values, into, expired, scope, monotonic, rewindMs, onEndpointChange } = resume;
    const breach = (message: string) => ({ option: 'resume', at: 'value', message }) as const;
    if (Object.keys(values).length > 20)
      return breach('`values` has more than 20 names. Take out those that nothing needs.');
    const named = namesIn(into);
    if (named.length === 0) {
      return breach(
        `Nothing of \`values\` is said to the server: put a \`{name}\` of one into \`${name('resume')}.into\`.`,
      );
    }
    const unknown = named.find((one) => !Object.hasOwn(values, one));
    if (unknown !== undefined) {
      return breach(`\`into\` has {${unknown}}, and \`values\` has no such name. Add it there, or correct it here.`);
    }
    if (rewindMs !== undefined && monotonic === true) {
      return breach(
        `\`${name('rewindMs' as never)}\` asks for records before the cursor, and \`monotonic\` drops them. Take one of the two out.`,
      );
    }
    if ((rewindMs ?? onEndpointChange) !== undefined && dedupe === undefined) {
      const key = rewindMs === undefined ? 'onEndpointChange' : 'rewindMs';
      return breach(`What \`${name(key as never)}\` has sent once more comes twice: set \`dedupe\`, too.`);
    }
    if (onEndpointChange !== undefined && scope === 'feed') {
      return breach('With `scope: feed` a cursor is good at each endpoint. Take one of the two out.');
    }
    if (expired === undefined || Object.values(expired).some((one) => one !== undefined)) return undefined;
    return breach('`expired` says nothing: give it a `status`, a `code` or a `match`.');
  },
];

/** All texts of `into` that values may be put into. */
function textsOf({ query = {}, url, headers = {}, subscribe = [] }: ResumeInto): string[] {
  const sent = subscribe.flatMap(({ send }) => (typeof send === 'string' ? [send] : []));
  return [...Object.values(query), ...(url === undefined ? [] : [url]), ...Object.values(headers), ...sent];
}

/** The names of values that stand in `into`. */
export function namesIn(into: ResumeInto): string[] {
  return textsOf(into).flatMap((one) => Array.from(one.matchAll(NAME), ([, found]) => found as string));
}

/** A name of a value, as it stands in a text. No JSON has one in it, outside of its texts. */
export const NAME = /\{([A-Za-z0-9_]{1,100})\}/g;

function isTexts(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((one) => typeof one === 'string')
  );
}

function areValues(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const entries = Object.entries(value as Readonly<Record<string, Partial<ResumeValue> | null>>);
  return (
    entries.length > 0 &&
    entries.length <= 20 &&
    entries.every(
      ([name, one]) =>
        /^[A-Za-z0-9_]{1,100}$/.test(name) &&
        typeof one === 'object' &&
        one !== null &&
        isPath(one.path, `.${name}.path`) &&
        (one.from === undefined || one.from === 'record' || one.from === 'control'),
    )
  );
}
