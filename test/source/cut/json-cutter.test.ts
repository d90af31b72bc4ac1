import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { FrameRun } from '../../../lib/connect/socket/frame-run.js';
import { JsonCheck } from '../../../lib/json/check.js';
import { jsonCutter } from '../../../lib/source/cut/json-cutter.js';
import { encodeFrame, OPCODES } from '../../../lib/testing/index.js';
// @ts-expect-error: a script
import { compiledWasm } from '../../../tools/compile-wasm.js';
import { program } from '../../support/program.js';

const MAX_PAYLOAD = 60_000;
const cutter = jsonCutter()!;

test('what is kept in the repository is what its source comes to', async () => {
  const path = join(import.meta.dirname, '../../../lib/source/cut/json-frames.ts');
  assert.equal(await compiledWasm(), readFileSync(path, 'utf8'), 'run `npm run wasm`');
});

/** Anything that begins like JSON, and often is. */
const anyJson = fc.json({ maxDepth: 4, depthSize: 'small' });
const spaced = fc
  .tuple(anyJson, fc.array(fc.constantFrom(' ', '\t', '\n', '\r', '\u00a0'), { maxLength: 3 }), fc.nat())
  .map(([text, space, at]) => {
    const place = at % (text.length + 1);
    return text.slice(0, place) + space.join('') + text.slice(place);
  });
const strings = fc
  .array(
    fc.constantFrom(
      'a',
      'é',
      '漢',
      '😀',
      '\\n',
      '\\u00e9',
      '\\ud83d',
      '\\',
      '"',
      '\\x',
      '\\u12',
      '\n',
      '\u0000',
      'x'.repeat(20),
    ),
    { maxLength: 30 },
  )
  .map((parts) => `"${parts.join('')}"`);
const numbers = fc.stringMatching(/^-?[0-9]{1,25}(\.[0-9]{0,20})?([eE][-+]?[0-9]{0,3})?$/);
const words = fc.constantFrom(
  'true',
  'false',
  'null',
  'tru',
  'nul',
  'falsy',
  'True',
  '',
  ' ',
  '[',
  '{}',
  '[]',
  '{"a"}',
  '[1,]',
  '﻿1',
);
const nested = fc.nat({ max: 1_002 }).map((depth) => '['.repeat(depth) + ']'.repeat(depth));
const odd = fc.oneof(spaced, strings, numbers, words, nested).map((text) => Buffer.from(text));
const good = fc.oneof(
  anyJson,
  strings.filter(isJson),
  numbers.filter(isJson),
  fc.json({ maxDepth: 2 }).map((text) => ` ${text}\r\n`),
);
const texts = fc.oneof({ weight: 1, arbitrary: odd }, { weight: 20, arbitrary: good.map((text) => Buffer.from(text)) });
/** With a byte of it changed, or cut off. */
const broken = fc.tuple(texts, fc.nat(), fc.nat({ max: 255 }), fc.boolean()).map(([text, at, byte, isCut]) => {
  const place = at % (text.length + 1);
  if (isCut) return text.subarray(0, place);
  const changed = Buffer.from(text);
  if (place < changed.length) changed[place] = byte;
  return changed;
});
const payloads = fc.array(fc.oneof({ weight: 20, arbitrary: texts }, { weight: 1, arbitrary: broken }), {
  maxLength: 40,
});
const opcodes = fc.oneof(
  { weight: 40, arbitrary: fc.constant(OPCODES.text) },
  { weight: 1, arbitrary: fc.constantFrom(OPCODES.binary, OPCODES.ping) },
);
const LONG = Buffer.from(JSON.stringify('x'.repeat(2_000)));

test('it takes what the check by JavaScript takes, byte for byte, whatever stands in a chunk', () => {
  let [taken, left] = [0, 0];
  fc.assert(
    fc.property(
      payloads,
      fc.array(opcodes, { minLength: 40, maxLength: 40 }),
      fc.nat({ max: 20 }),
      fc.constantFrom(1, 3, 50, Number.POSITIVE_INFINITY),
      fc.constantFrom(1, 100, 2_000, Number.POSITIVE_INFINITY),
      (given, kinds, cutOff, most, room) => {
        // One that is long enough for a copy to pay, in any place.
        const frames = [...given, LONG].map((payload, index) =>
          encodeFrame({ opcode: payload === LONG ? OPCODES.text : (kinds[index] as number), payload }),
        );
        const all = Buffer.concat(frames);
        const chunk = all.subarray(0, all.length - cutOff);
        const expected = byJavaScript(chunk, most, room);
        const found = byCutter(chunk, most, room);
        assert.deepEqual(found, expected);
        taken += found.frames;
        left += found.offset < chunk.length ? 1 : 0;
      },
    ),
    { numRuns: 600 },
  );
  assert.ok(taken > 500 && left > 50, `${taken} taken, ${left} chunks left`);
});

test('it knows a text by itself, and where it stands, as the check by JavaScript does', () => {
  const padded = texts.map((text) => Buffer.concat([text, Buffer.alloc(1_024, ' ')]));
  fc.assert(
    fc.property(
      fc.oneof(
        padded,
        broken.map((text) => Buffer.concat([Buffer.alloc(1_024, ' '), text])),
      ),
      (text) => {
        const check = new JsonCheck();
        const isText = check.check(text, 0, text.length) && !check.hasLineBreaks;
        assert.equal(cutter.check(text), isText);
        if (isText) assert.deepEqual([cutter.start, cutter.end], [check.start, check.end]);
      },
    ),
    { numRuns: 1_000 },
  );
  for (const size of [1_023, 70_000]) assert.equal(cutter.check(Buffer.alloc(size, '1')), false, 'left to others');
});

test('many small frames are taken in several goes, each from where the one before ended', () => {
  const chunk = Buffer.concat(
    Array.from({ length: 20_000 }, () => encodeFrame({ opcode: OPCODES.text, payload: '7' })),
  );
  assert.equal(byCutter(chunk, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY).frames, 8_192);
  const run = new FrameRun(MAX_PAYLOAD);
  run.begin(chunk, 0);
  const counts = [];
  for (let count = -1; count !== 0; counts.push(count)) count = cutter.cut(run, 9_000, 1e6);
  assert.deepEqual(counts, [8_192, 8_192, 3_616, 0]);
  assert.deepEqual([run.frames, run.bytes, run.offset], [20_000, 20_000, 60_000]);
});

test('a run goes on in its own chunk after another one was looked at', () => {
  const [one, other] = ['1', '2'].map((digit) => {
    const run = new FrameRun(MAX_PAYLOAD);
    const payload = digit.repeat(100);
    run.begin(Buffer.concat(Array.from({ length: 50 }, () => encodeFrame({ opcode: OPCODES.text, payload }))), 0);
    return run;
  }) as [FrameRun, FrameRun];
  cutter.check(Buffer.alloc(2_000, '1'));
  for (const [run, digit] of [
    [one, '1'],
    [other, '2'],
    [one, '1'],
    [other, '2'],
  ] as const) {
    assert.equal(cutter.cut(run, 10, 1e6), 10);
    assert.equal(Buffer.from(cutter.texts.subarray(0, cutter.used)).toString(), `${digit.repeat(100)}\n`.repeat(10));
  }
});

for (const [what, size] of [
  ['a chunk that is larger than its memory', 70_000],
  ['a few bytes', 1_000],
] as const) {
  test(`${what} is left to others`, () => {
    const run = new FrameRun(MAX_PAYLOAD);
    const frame = encodeFrame({ opcode: OPCODES.text, payload: '12345678' });
    run.begin(Buffer.concat(Array.from({ length: size / 10 }, () => frame)), 0);
    assert.equal(cutter.cut(run, 10, 1e6), 0);
  });
}

test('without WebAssembly records come the other way', () => {
  const script = program(join(import.meta.dirname, 'without-wasm.ts'));
  const { status, stdout, stderr } = spawnSync(process.execPath, script, {
    encoding: 'utf8',
    timeout: 60_000,
  });
  assert.deepEqual([status, stdout], [0, '5000 records without WebAssembly\n'], stderr);
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

interface Cut {
  readonly frames: number;
  readonly bytes: number;
  readonly last: number;
  readonly offset: number;
  readonly texts: readonly string[];
}

function byJavaScript(chunk: Buffer, most: number, room: number): Cut {
  const run = new FrameRun(MAX_PAYLOAD);
  const check = new JsonCheck();
  const texts: string[] = [];
  let used = 0;
  let isThere = run.begin(chunk, 0);
  while (isThere && texts.length < most && used < room) {
    if (!check.check(chunk, run.start, run.end) || check.hasLineBreaks) break;
    texts.push(chunk.toString('latin1', check.start, check.end));
    used += check.end - check.start + 1;
    run.accept();
    isThere = run.next();
  }
  return { frames: run.frames, bytes: run.bytes, last: run.last, offset: run.offset, texts };
}

function byCutter(chunk: Buffer, most: number, room: number): Cut {
  const run = new FrameRun(MAX_PAYLOAD);
  run.begin(chunk, 0);
  const count = cutter.cut(run, most, room);
  const bytes = Buffer.from(cutter.texts.subarray(0, count === 0 ? 0 : cutter.used));
  const texts = Array.from({ length: count }, (_, index) =>
    bytes.toString('latin1', index === 0 ? 0 : (cutter.ends[index - 1] as number) + 1, cutter.ends[index]),
  );
  assert.ok(texts.every((_, index) => bytes[cutter.ends[index] as number] === 0x0a));
  return { frames: run.frames, bytes: run.bytes, last: run.last, offset: run.offset, texts };
}
