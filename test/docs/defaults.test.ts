import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { inspect, isDeepStrictEqual } from 'node:util';
import { resolveBatchOptions } from '../../lib/batch/options.js';
import { sourceConfigSchema } from '../../lib/config/source-schema.js';
import { resolveWebSocketOptions } from '../../lib/connect/options/options.js';
import { ENDPOINT_OPTIONS } from '../../lib/connect/options/token-options.js';
import { OAUTH2_CLIENT_FIELDS } from '../../lib/connect/reach/oauth2-client.js';
import { systemClock } from '../../lib/internal/clock.js';
import { silentLogger } from '../../lib/internal/logger.js';
import { resolveRejectOptions } from '../../lib/internal/reject-options.js';
import { resolveParseOptions } from '../../lib/parse/options.js';
import { resolveThrottleOptions } from '../../lib/rate/options.js';
import { resolveJsonlFileOptions } from '../../lib/sink/file/jsonl-file-options.js';
import { resolveKafkaOptions } from '../../lib/sink/kafka/options.js';
import { resolveStdoutOptions } from '../../lib/sink/stdout/options.js';
import { resolveFeedServerOptions } from '../../lib/testing/feed-server-options.js';
import { resolveValidateOptions } from '../../lib/validate/options.js';
import { WINDOW_FIELDS } from '../../lib/window/options.js';
import { ROOT } from '../support/readme.js';

const named = (stage: string): string => `${stage}-options`;
type Values = Readonly<Record<string, unknown>>;
const socket = resolveWebSocketOptions({}) as unknown as Values;
const schema = mapped(sourceConfigSchema.properties, ({ default: value }: { default?: unknown }) => value);
const fallbacks = (fields: object): Values => mapped(fields, ({ fallback }: { fallback?: unknown }) => fallback);

/** What each interface of options comes to when nothing is given. */
const RESOLVED: readonly (readonly [file: string, values: object])[] = [
  ['batch/options', resolveBatchOptions({})],
  ['parse/options', resolveParseOptions({})],
  ['validate/options', resolveValidateOptions({})],
  ['transform/options', resolveRejectOptions('stage', {})],
  ['rate/options', resolveThrottleOptions({ everyMs: 1 })],
  ['window/options', fallbacks(WINDOW_FIELDS)],
  ...['options', 'option-table'].map(
    (file) =>
      [
        `sink/kafka/${file}`,
        { ...resolveKafkaOptions({ brokers: 'x', topic: 'y' }), valueFormat: { type: 'json' } },
      ] as const,
  ),
  ['sink/stdout/options', resolveStdoutOptions({})],
  // Its `auto` is decided by the path.
  ['sink/file/jsonl-file-options', { ...resolveJsonlFileOptions('x', {}), compression: 'auto' }],
  ['testing/feed-server-options', resolveFeedServerOptions({})],

  [
    'connect/options/token-options',
    { ...fallbacks(OAUTH2_CLIENT_FIELDS), ...fallbacks(ENDPOINT_OPTIONS), expiryMarginMs: 60_000 },
  ],
  ...['options', ...['socket', 'reach', 'intake', 'liveness', 'subscribe', 'reconnect', 'rotation'].map(named)].map(
    (file) => [`connect/options/${file}`, socket] as const,
  ),
  ['config/source-config', schema],
  ...['reach', 'transforms'].map((file) => [`config/fields/${file}`, schema] as const),
  ['config/fields/option-types', schema],
];

test('a default that a docstring names is the default', () => {
  let compared = 0;
  const wrong: string[] = [];
  for (const [file, values] of RESOLVED) {
    for (const { name, said } of documented(file)) {
      if (!(name in values)) continue;
      const value = (values as Values)[name];
      const expected = meaning(said);
      if (!isDeepStrictEqual(value, expected)) wrong.push(`${file}: ${name} is ${inspect(value)}, said to be ${said}`);
      compared += 1;
    }
  }
  assert.deepEqual(wrong, []);
  assert.ok(compared > 120, String(compared));
});

function documented(file: string) {
  const text = readFileSync(join(ROOT, 'lib', `${file}.ts`), 'utf8');
  const found: { name: string; said: string }[] = [];
  // A member of an interface, or of a table.
  for (const [, doc = '', name = ''] of text.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*(?:readonly )?(\w+)\??:/g)) {
    const said = /@default ([\s\S]*)$/
      .exec(doc)?.[1]
      ?.replaceAll(/\s*\n\s*\*?/g, ' ')
      .trim();
    if (said !== undefined) found.push({ name, said });
  }
  return found;
}

/** What the words behind `@default` stand for. What follows a colon explains it. */
function meaning(said: string): unknown {
  const word = said.startsWith('{') ? said : said.replace(/: .*/, '');
  if (Object.hasOwn(WORDS, word)) return WORDS[word];
  const size = /^(\d+) MiB$/.exec(word);
  if (size !== null) return Number(size[1]) * 1024 * 1024;
  return JSON.parse(
    word
      .replaceAll("'", '"')
      .replaceAll(/(?<=\d)[_,](?=\d)/g, '')
      .replace('type:', '"type":'),
  );
}

const WORDS: Values = {
  none: undefined,
  unlimited: undefined,
  any: undefined,
  'the one that `destination` names': undefined,
  'nothing is logged': silentLogger,
  "this machine's": systemClock,
  'the time of this machine': systemClock,
  "Node's": {},
  'Math.random': Math.random,
};

function mapped<T>(given: object, of: (value: T) => unknown): Values {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, of(value as T)]));
}
