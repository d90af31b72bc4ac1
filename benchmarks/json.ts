/**
 * How fast is each step of `lib/json/` against `JSON.parse`, in the same run?
 *
 *     npx tsx benchmarks/json.ts
 *
 * Every row gives its step the same texts again and again, in turns with `JSON.parse(data.toString())` (or what else the
 * platform gives for the same purpose); the median over the turns counts. Each result is compared with what `JSON.parse`
 * says before it is timed. Not measured: sockets, streams, and what garbage collection costs in a long run.
 */

import assert from 'node:assert/strict';
import { JsonCheck } from '../lib/json/check.js';
import { ElementReader } from '../lib/json/elements.js';
import { FieldReader, scalarAt } from '../lib/json/field.js';
import { indent } from '../lib/json/indent.js';
import { blankLineBreaks } from '../lib/json/line-breaks.js';
import { serialise } from '../lib/json/serialise.js';
import { parseBytes } from '../lib/json/values.js';
import { median, table } from './support/report.js';

interface Row {
  readonly name: string;
  readonly texts: readonly Buffer[];
  /** Proves that `run` does what it says. */
  readonly verify: (text: Buffer) => void;
  readonly run: (text: Buffer) => unknown;
  readonly platform: (text: Buffer) => unknown;
}

const TURNS = 11;
const WARM_UP_ROUNDS = 6;
const BYTES_A_TURN = 4 * 1024 * 1024;

const parse = (text: Buffer): unknown => JSON.parse(text.toString());
const check = new JsonCheck();
const price = new FieldReader('p');
const flag = new FieldReader('m');
const bid = new FieldReader('data.bids.10.0');
const elements = new ElementReader('');

const texts = {
  trade: many(1000, (n) =>
    JSON.stringify({
      e: 'trade',
      E: 1626993367388 + n,
      s: 'BTCUSDT',
      t: 1012345678 + n,
      p: (31985 + n / 100).toFixed(8),
      q: (n / 8000).toFixed(8),
      T: 1626993367387 + n,
      m: n % 2 === 0,
    }),
  ),
  'order book': many(50, (n) =>
    JSON.stringify({
      stream: 'btcusdt@depth20',
      data: {
        lastUpdateId: 160_000_000 + n,
        bids: Array.from({ length: 20 }, (_, level) => [(31985 - level).toFixed(8), (level * 0.123).toFixed(8)]),
        asks: Array.from({ length: 20 }, (_, level) => [31985.01 + level, level * 0.123]),
      },
    }),
  ),
  'pretty order book': [] as Buffer[],
  'posts, ASCII': many(1, () => JSON.stringify(posts('The quick brown fox jumps over the lazy dog. '))),
  'posts, Cyrillic and Japanese': many(1, () => JSON.stringify(posts('Съешь ещё этих мягких булок. 日本語 '))),
  'posts, many escapes': many(1, () => JSON.stringify(posts('<a href="x">line\nnext</a>\t'))),
  'one long string': many(1, () => JSON.stringify('The quick brown fox jumps over the lazy dog. '.repeat(5000))),
  'array of trades': [] as Buffer[],
};
texts['pretty order book'] = texts['order book'].map((text) => Buffer.from(JSON.stringify(parse(text), null, 2)));
texts['array of trades'] = [Buffer.from(`[${texts.trade.join(',')}]`)];

const rows: Row[] = [
  ...Object.entries(texts).map(
    ([name, list]): Row => ({
      name: `check: ${name}`,
      texts: list,
      verify: verifyCheck,
      run: (text) => check.check(text, 0, text.length),
      platform: parse,
    }),
  ),
  {
    name: 'field p of a trade',
    texts: texts.trade,
    verify: (text) => assert.equal(readField(price, text), (parse(text) as { p: string }).p),
    run: (text) => readField(price, text),
    platform: (text) => (parse(text) as { p: string }).p,
  },
  {
    name: 'field m of a trade',
    texts: texts.trade,
    verify: (text) => assert.equal(readField(flag, text), (parse(text) as { m: boolean }).m),
    run: (text) => readField(flag, text),
    platform: (text) => (parse(text) as { m: boolean }).m,
  },
  {
    name: 'field data.bids.10.0 of an order book',
    texts: texts['order book'],
    verify: (text) => assert.equal(readField(bid, text), '31975.00000000'),
    run: (text) => readField(bid, text),
    platform: (text) => (parse(text) as { data: { bids: string[][] } }).data.bids[10][0],
  },
  {
    name: 'elements of an array of 1000 trades',
    texts: texts['array of trades'],
    verify: (text) => assert.equal(countElements(text), 1000),
    run: countElements,
    platform: (text) => (parse(text) as unknown[]).length,
  },
  {
    name: 'parseBytes: trade',
    texts: texts.trade,
    verify: (text) => assert.deepEqual(parseBytes(text, 0, text.length, 'number'), parse(text)),
    run: (text) => parseBytes(text, 0, text.length, 'number'),
    platform: parse,
  },
  {
    name: 'parseBytes: array of trades',
    texts: texts['array of trades'],
    verify: (text) => assert.deepEqual(parseBytes(text, 0, text.length, 'number'), parse(text)),
    run: (text) => parseBytes(text, 0, text.length, 'number'),
    platform: parse,
  },
  {
    name: 'parseBytes, bigint asked for: trade',
    texts: texts.trade,
    verify: (text) => assert.deepEqual(parseBytes(text, 0, text.length, 'bigint'), parse(text)),
    run: (text) => parseBytes(text, 0, text.length, 'bigint'),
    platform: parse,
  },
  {
    name: 'parseBytes, bigint found: trade',
    texts: texts.trade.map((text) => Buffer.from(text.toString().replace('"t":', '"t":900719925'))),
    verify: (text) => assert.equal(typeof (parseBytes(text, 0, text.length, 'bigint') as { t: bigint }).t, 'bigint'),
    run: (text) => parseBytes(text, 0, text.length, 'bigint'),
    platform: parse,
  },
  {
    name: 'serialise(value) to Buffer.from(JSON.stringify(value))',
    texts: texts.trade,
    verify: (text) => assert.deepEqual(serialise(parse(text)), text),
    run: (text) => serialise(parsed(text)),
    platform: (text) => Buffer.from(JSON.stringify(parsed(text))),
  },
  {
    name: 'indent: order book, to parse, stringify, Buffer.from',
    texts: texts['order book'],
    verify: (text) => assert.deepEqual(indent(text, 0, text.length).toString(), JSON.stringify(parse(text), null, 2)),
    run: (text) => indent(text, 0, text.length),
    platform: (text) => Buffer.from(JSON.stringify(parse(text), null, 2)),
  },
  {
    name: 'blankLineBreaks: pretty order book, to parse, stringify, Buffer.from',
    texts: texts['pretty order book'].map((text) => Buffer.from(text)),
    verify: (text) => {
      const value = parse(text);
      blankLineBreaks(text, 0, text.length);
      assert.deepEqual(parse(text), value);
      assert.ok(!text.includes('\n'));
    },
    run: (text) => blankLineBreaks(text, 0, text.length),
    platform: (text) => Buffer.from(JSON.stringify(parse(text))),
  },
];

const values = new Map(texts.trade.map((text) => [text, parse(text)]));
for (const row of rows) for (const text of row.texts) row.verify(text);
// What V8 learns from one row makes it compile anew in another: let it learn all of them first.
for (let round = 0; round < WARM_UP_ROUNDS; round++) for (const row of rows) measure(row, 1);
console.log(`Node ${process.versions.node}, ${process.arch}; median of ${TURNS} turns\n`);
console.log(
  table([
    ['step', 'bytes', 'ns/text', 'MB/s', 'platform ns', 'to platform'],
    ...rows.map((row) => measure(row, TURNS)),
  ]),
);

function measure(row: Row, turns: number): string[] {
  const bytes = row.texts.reduce((sum, text) => sum + text.length, 0);
  const passes = Math.max(1, Math.round(BYTES_A_TURN / bytes));
  const own: number[] = [];
  const platform: number[] = [];
  for (let turn = 0; turn < turns; turn++) {
    own.push(time(row.run, row.texts, passes));
    platform.push(time(row.platform, row.texts, Math.ceil(passes / 4)));
  }
  const nanoseconds = median(own);
  const size = bytes / row.texts.length;
  return [
    row.name,
    size.toFixed(0),
    nanoseconds.toFixed(0),
    ((size * 1000) / nanoseconds).toFixed(0),
    median(platform).toFixed(0),
    (median(platform) / nanoseconds).toFixed(2),
  ];
}

/** Nanoseconds a text. */
function time(run: (text: Buffer) => unknown, list: readonly Buffer[], passes: number): number {
  const startedAt = process.hrtime.bigint();
  for (let pass = 0; pass < passes; pass++) for (const text of list) run(text);
  return Number(process.hrtime.bigint() - startedAt) / (passes * list.length);
}

function verifyCheck(text: Buffer): void {
  parse(text);
  assert.equal(check.check(text, 0, text.length), true);
  assert.deepEqual([check.start, check.end], [0, text.length]);
  assert.equal(check.check(text, 0, text.length - 1), false);
}

function readField(reader: FieldReader, text: Buffer): unknown {
  return reader.find(text, 0, text.length) ? scalarAt(text, reader.start, reader.end) : undefined;
}

function countElements(text: Buffer): number {
  let count = 0;
  elements.open(text, 0, text.length);
  while (elements.next()) count++;
  return count;
}

function parsed(text: Buffer): unknown {
  return values.get(text);
}

function posts(sentence: string): unknown[] {
  return Array.from({ length: 200 }, (_, id) => ({ id, user: 'someone', text: sentence.repeat(2 + (id % 5)) }));
}

function many(count: number, make: (n: number) => string): Buffer[] {
  return Array.from({ length: count }, (_, n) => Buffer.from(make(n)));
}
