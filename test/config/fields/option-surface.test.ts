import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { expectTypeOf } from 'expect-type';
import { flagsOf } from '../../../lib/cli/capture/flags.js';
import { fieldsOf, resolved, ruleFindings } from '../../../lib/config/fields/option-surface.js';
import { keyOf } from '../../../lib/internal/options/key.js';
import type { GivenOf, Rule } from '../../../lib/internal/options/option.js';
import type { FrameMatch } from '../../../lib/json/match.js';
import { configInterface, freshConfigTypes } from '../../support/config-types.js';
import { EVERY_KIND, type EveryKind, type Part } from '../../support/every-kind.js';
import { keyTable } from '../../support/key-table.js';
import { ROOT } from '../../support/readme.js';

const KEYS = [
  ...['wait', 'jitter', 'span', 'max_tries', 'growth', 'is_loud', 'colour', 'day_of_year', 'limit'],
  ...['at_once', 'size', 'nick_name', 'word', 'spot_path', 'log', 'side'],
  ...['labels', 'part', 'parts', 'action', 'old_way'],
];

test('an option of every kind stands in the interfaces of code and of configurations', () => {
  expectTypeOf<GivenOf<typeof EVERY_KIND>>().toEqualTypeOf<{
    readonly waitMs?: number | undefined;
    readonly jitterMs?: number | undefined;
    readonly spanMs?: number | 'none' | undefined;
    readonly maxTries?: number | undefined;
    readonly growth?: number | undefined;
    readonly isLoud?: boolean | undefined;
    readonly colour?: 'red' | 'green' | undefined;
    readonly dayOfYear?: string | undefined;
    readonly limit?:
      | number
      | { readonly countMax?: number | undefined; readonly forMs?: number | undefined }
      | undefined;
    readonly atOnce?: number | undefined;
    readonly size?: 'small' | 'large' | undefined;
    readonly nickName?: string | undefined;
    readonly word?: string | undefined;
    readonly spotPath?: string | readonly (string | number)[] | undefined;
    readonly log?: string | undefined;
    readonly side?: 'on' | 'off' | undefined;
    readonly labels?: Readonly<Record<string, string>> | (() => void) | undefined;
    readonly part?: Part | undefined;
    readonly parts?: readonly Part[] | undefined;
    readonly action?: 'stay' | 'go' | Part | undefined;
    readonly oldWay?: number | undefined;
  }>();
  expectTypeOf<Pick<Part, keyof Part>>().toEqualTypeOf<{
    readonly place: string;
    readonly which?: FrameMatch | undefined;
    readonly takesMs?: number | undefined;
  }>();
  assert.equal(
    configInterface('ThingConfig', 'A thing.', EVERY_KIND),
    `/** A thing. */
export interface ThingConfig {
  /** Waits for so long. @default none */
  readonly wait?: number | string | undefined;
  /** Comes earlier by so much. @default 0.25 */
  readonly jitter?: number | string | undefined;
  /** Lasts so long. @default 0.05 */
  readonly span?: number | string | undefined;
  /** Tries so often. @default none */
  readonly max_tries?: number | undefined;
  /** Grows by so much. @default none */
  readonly growth?: number | undefined;
  /** Says so. @default false */
  readonly is_loud?: boolean | undefined;
  /** What it is. @default none */
  readonly colour?: 'red' | 'green' | undefined;
  /** When it is. @default none */
  readonly day_of_year?: string | undefined;
  /** No more than that. @default 1 */
  readonly limit?: number | string | {
    /** How many. */
    readonly count_max?: number | undefined;
    /** For how long. */
    readonly for?: number | string | undefined;
  } | undefined;
  /** So many at once. @default 5 */
  readonly at_once?: number | undefined;
  /** How large. @default 'small' */
  readonly size?: 'small' | 'large' | undefined;
  /** What it is called. @default 'thing' */
  readonly nick_name?: string | undefined;
  /** Whom it is hidden from. @default none */
  readonly word?: string | undefined;
  /** Where it stands. @default none */
  readonly spot_path?: string | undefined;
  /** Where it is written. @default none */
  readonly log?: string | undefined;
  /** What it is upside down. @default 'on' */
  readonly side?: unknown | undefined;
  /** Its labels. @default {} */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** The part that counts. @default none */
  readonly part?: {
    /** Where it is. */
    readonly place: string;
    /** Which one it is. */
    readonly which?: FrameMatch | undefined;
    /** How long it takes. */
    readonly takes?: number | string | undefined;
  } | undefined;
  /** All parts. @default [] */
  readonly parts?: readonly {
    /** Where it is. */
    readonly place: string;
    /** Which one it is. */
    readonly which?: FrameMatch | undefined;
    /** How long it takes. */
    readonly takes?: number | string | undefined;
  }[] | undefined;
  /** What is done. @default 'stay' */
  readonly action?: 'stay' | 'go' | {
    /** Where it is. */
    readonly place: string;
    /** Which one it is. */
    readonly which?: FrameMatch | undefined;
    /** How long it takes. */
    readonly takes?: number | string | undefined;
  } | undefined;
  /** Nothing. @default 7 */
  readonly old_way?: number | undefined;
}
`,
  );
});

test('an option of every kind is in the schema, a flag, and a row of the table', () => {
  const fields = fieldsOf(EVERY_KIND);
  assert.deepEqual(Object.keys(fields), KEYS);
  assert.deepEqual(fields.jitter.default, 0.25);
  assert.deepEqual(fields.limit.type, ['number', 'string', 'object']);
  assert.deepEqual(Object.keys(fields.limit.properties ?? {}), ['count_max', 'for']);
  assert.deepEqual(fields.colour.enum, ['red', 'green']);
  assert.deepEqual([fields.at_once.maximum, fields.size.default, fields.nick_name.minLength], [9, 'small', 1]);
  assert.deepEqual([fields.word.type, fields.word.minLength], ['string', undefined]);
  assert.deepEqual([fields.spot_path.pattern !== undefined, fields.log.minLength], [true, 1]);
  assert.deepEqual(fields.side, {
    $comment: 'a side',
    title: 'Side',
    description: 'What it is upside down.',
    enum: ['no', 'ffo'],
    default: 'on',
  });
  assert.deepEqual(fields.labels.additionalProperties, { type: 'string' });
  assert.deepEqual(fields.part.required, ['place']);
  assert.deepEqual(fields.part.dependentRequired, { takes: ['which'] });
  assert.deepEqual(Object.keys(fields.part.properties ?? {}), ['place', 'which', 'takes']);
  assert.deepEqual([fields.parts.maxItems, fields.parts.default], [5, []]);
  assert.deepEqual(fields.parts.items?.else, { required: ['takes'] });
  assert.deepEqual([fields.action.type, fields.action.pattern], [['string', 'object'], '^(stay|go)$']);
  const flags = flagsOf(fields, { group: 'Things:' }).map(({ option }) => option.long);
  assert.deepEqual(
    flags,
    KEYS.map((key) => `--${key.replaceAll('_', '-')}`),
  );
  const rows = keyTable(fields).split('\n').slice(2);
  assert.deepEqual(
    rows.map((row) => row.split(' | ').slice(0, 3).join(' ')),
    [
      '| `wait` seconds none',
      '| `jitter` seconds 0.25',
      '| `span` seconds or `none` 0.05',
      '| `max_tries` int ≥ 0 none',
      '| `growth` number none',
      '| `is_loud` bool `false`',
      '| `colour` `red`, `green` none',
      '| `day_of_year` string none',
      '| `limit` seconds or `{count_max, for}` 1',
      '| `at_once` int ≥ 0, ≤ 9 5',
      '| `size` `small`, `large` `small`',
      '| `nick_name` string `thing`',
      '| `word` string none',
      '| `spot_path` string none',
      '| `log` string none',
      '| `side` `no`, `ffo` `on`',
      '| `labels` map of strings `{}`',
      '| `part` `{place, which, takes}` none',
      '| `parts` `{place, which, takes}`[] `[]`',
      '| `action` `stay`, `go` or `{place, which, takes}` `stay`',
      '| `old_way` int ≥ 0 7',
    ],
  );
});

test('what a configuration says is read in the terms of code, with defaults', () => {
  const none = {
    ...{ waitMs: undefined, maxTries: undefined, growth: undefined, colour: undefined, dayOfYear: undefined },
    ...{
      atOnce: 5,
      size: 'small',
      nickName: 'thing',
      word: undefined,
      spotPath: undefined,
      log: undefined,
      side: 'on',
    },
    ...{ labels: {}, part: undefined, parts: [], action: 'stay' },
  };
  assert.deepEqual(resolved(EVERY_KIND, {}), { ...none, jitterMs: 250, spanMs: 50, isLoud: false, limit: 1_000 });
  const others = {
    at_once: 0,
    size: 'large',
    nick_name: 'x',
    word: '',
    spot_path: 'a.b',
    log: '~/x',
    side: 'ffo',
    old_way: 1,
  };
  const read = {
    atOnce: 0,
    size: 'large',
    nickName: 'x',
    word: '',
    spotPath: 'a.b',
    log: join(homedir(), 'x'),
    side: 'off',
  };
  assert.deepEqual(resolved(EVERY_KIND, others), {
    ...{ ...none, jitterMs: 250, spanMs: 50, isLoud: false, limit: 1_000 },
    ...read,
  });
  assert.deepEqual(
    resolved(EVERY_KIND, { wait: '5m', jitter: 0, colour: 'red', limit: { count_max: 3, for: '1.5s' }, other: 1 }),
    {
      ...none,
      waitMs: 300_000,
      jitterMs: 0,
      spanMs: 50,
      isLoud: false,
      colour: 'red',
      limit: { countMax: 3, forMs: 1_500 },
    },
  );
});

test('a duration that may be `none` is milliseconds or that word, and nothing else', () => {
  const { span } = fieldsOf(EVERY_KIND);
  assert.deepEqual(
    ['none', '5ms', '0ms', 'nonesuch', ''].map((text) => new RegExp(span.pattern!).test(text)),
    [...[true, true, false, false, false]],
  );
  assert.deepEqual(
    ['none', '2s', 0.5, 'x'].map((value) => resolved(EVERY_KIND, { span: value }).spanMs),
    ['none', 2_000, 500, undefined],
  );
  assert.deepEqual(
    ['none', 1, 0, undefined, 'off'].map((value) => EVERY_KIND.spanMs.accepts(value)),
    [true, true, false, false, false],
  );
});

test('objects of options, and lists of them, are read as deep as they go', () => {
  const given = { place: 'a', takes: '2s' };
  const read = { place: 'a', takesMs: 2_000 };
  assert.deepEqual(
    resolved(EVERY_KIND, { part: given, parts: [given, { place: 'b' }], action: given, labels: given }),
    {
      ...resolved(EVERY_KIND, {}),
      part: read,
      parts: [
        { ...read, which: undefined },
        { place: 'b', which: undefined, takesMs: 1 },
      ],
      action: read,
      labels: given,
    },
  );
  assert.deepEqual(resolved(EVERY_KIND, { action: 'go' }).action, 'go');
});

test('rules are told by the keys of a configuration, and a value that is wrong by itself breaks none', () => {
  assert.deepEqual(ruleFindings(EVERY_KIND, [], { limit: { count_max: 3, for: '2ms' } }), [
    { path: ['limit', 'for'], at: 'value', message: 'Expected at least as many as `count_max`.' },
  ]);
  for (const limit of [{ count_max: 'x', for: '2ms' }, { count_max: 3, for: 'x' }, null, 'x', 3]) {
    assert.deepEqual(ruleFindings(EVERY_KIND, [], { limit }), []);
  }
});

test('a rule that looks at a value that is wrong by itself is not asked', () => {
  const rule: Rule<EveryKind> = ({ isLoud, part }, name) =>
    isLoud && part === undefined
      ? { option: 'isLoud', at: 'key', message: `Without \`${name('part')}\` there is nothing to hear.` }
      : undefined;
  const message = 'Without `part` there is nothing to hear.';
  assert.deepEqual(ruleFindings(EVERY_KIND, [rule], { is_loud: true }), [{ path: ['is_loud'], at: 'key', message }]);
  for (const part of ['x', {}, { place: 'a..b' }, { place: 'a' }]) {
    assert.deepEqual(ruleFindings(EVERY_KIND, [rule], { is_loud: true, part }), []);
  }
});

test('a key is the name in snake_case, without the unit', () => {
  assert.equal(keyOf('maxConnectionAgeMs'), 'max_connection_age');
  assert.equal(keyOf('perMessageDeflate'), 'per_message_deflate');
});

test('lib/config/fields/option-types.ts is as the tables are now', () => {
  const file = readFileSync(join(ROOT, 'lib/config/fields/option-types.ts'), 'utf8');
  assert.equal(file, freshConfigTypes(), 'Run `npm run readme`.');
});
