import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { rolledFiles } from '../../../lib/index.js';
import { createFakeClock } from '../../../lib/testing/index.js';
import { type Line, pagesOf, textsOf } from '../../support/any-pages.js';
import { tempFolder } from '../../support/temp-folder.js';
import { sealedFiles } from './support.js';

const HOUR = 3_600_000;
const MINUTE = 60_000;

/** Lines of a few symbols over some hours, and gaps between them. */
const line: fc.Arbitrary<Line> = fc
  .record({
    symbol: fc.constantFrom('"a"', '"a"', '"b"', '"c/d"', '7', 'null', undefined),
    pad: fc.nat({ max: 30 }),
    sequence: fc.constantFrom(0, 1, 1, 2),
    receivedAt: fc.constantFrom(0, 0, 1, MINUTE, 40 * MINUTE, 70 * MINUTE),
    isGap: fc.constantFrom(false, false, false, true),
  })
  .map(({ symbol, pad, ...facts }) => ({
    ...facts,
    ...{ connection: 0, isBinary: false, url: 'ws://a' },
    text: symbol === undefined ? `[${'1,'.repeat(pad)}1]` : `{"s":${symbol},"pad":"${'x'.repeat(pad)}"}`,
  }));

describe('rolled files', () => {
  it('hold each line where its time and its fields lead, are rolled as asked for, and say what they hold', async (t) => {
    const root = await tempFolder(t);
    const folder = join(root, 'out');
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 12 }),
        fc.constantFrom('%H.jsonl', '{field:s}.jsonl', '{field:s}/%H.jsonl', '%H/{field:s}-{field:pad}.jsonl'),
        fc.record(
          { records: fc.integer({ min: 1, max: 6 }), bytes: fc.integer({ min: 20, max: 200 }) },
          { requiredKeys: [] },
        ),
        async (lines, size, template, limits) => {
          rmSync(folder, { recursive: true, force: true });
          const roll = Object.keys(limits).length === 0 ? undefined : limits;
          const sink = rolledFiles(join(folder, template), { roll, clock: createFakeClock(Date.UTC(2023, 10, 14)) });
          await pipeline(Readable.from(pagesOf(lines, size)), sink);
          const expected = modelOf(lines, size, template, limits);
          const files = sealedFiles(folder);
          assert.deepEqual(files.map(({ path }) => path).toSorted(), [...expected.keys()].toSorted());
          for (const { path, bytes: _, sha256: __, event: ___, ...facts } of files) {
            const { texts, ...told } = expected.get(path)!;
            assert.equal(readFileSync(join(folder, path), 'utf8'), texts.map((text) => `${text}\n`).join(''), path);
            assert.deepEqual(facts, told, path);
          }
          const records = lines.filter(({ isGap }) => !isGap).length;
          assert.equal(sink.stats.records, records);
          assert.ok(!existsSync(join(folder, '.spillway', 'sealing.json')));
        },
      ),
      { numRuns: 20 },
    );
  });
});

interface ModelFile {
  readonly texts: string[];
  records: number;
  firstSequence: number | undefined;
  lastSequence: number | undefined;
  firstReceivedAt: number | undefined;
  lastReceivedAt: number | undefined;
  gaps: { count: number; ms: number; missing: number };
}

/** The same, line by line. */
function modelOf(
  lines: readonly Line[],
  size: number,
  template: string,
  { records = Number.POSITIVE_INFINITY, bytes = Number.POSITIVE_INFINITY }: { records?: number; bytes?: number },
): ReadonlyMap<string, ModelFile> {
  const files = new Map<string, ModelFile>();
  const open = new Map<string, { file: ModelFile; until: number; bytes: number }>();
  const numbers = new Map<string, number>();
  const isTimed = template.includes('%H');
  for (const page of pagesOf(lines, size)) {
    for (const [index, text] of textsOf(page).entries()) {
      const { sequence, receivedAt, gap } = page.frame(index);
      const from = Math.floor(receivedAt / HOUR) * HOUR;
      const value = JSON.parse(text) as { s?: string | number | null; pad?: string };
      const name = (field: 's' | 'pad'): string =>
        gap !== undefined || value[field] === undefined || value[field] === null
          ? '%none'
          : value[field] === ''
            ? '%'
            : String(value[field]).replace('/', '%2F');
      const base = template
        .replace('%H', String(new Date(from).getUTCHours()).padStart(2, '0'))
        .replace(/\{field:(s|pad)\}/g, (_, field: 's' | 'pad') => name(field));
      // Of different days the hours may be the same.
      const key = isTimed ? `${from} ${base}` : base;
      const length = Buffer.byteLength(text) + 1;
      let part = open.get(key);
      if (part !== undefined && (part.file.texts.length >= records || part.bytes + length > bytes)) {
        open.delete(key);
        part = undefined;
      }
      if (part === undefined) {
        const number = (numbers.get(base) ?? -1) + 1;
        numbers.set(base, number);
        const file: ModelFile = {
          ...{ texts: [], records: 0, firstSequence: undefined, lastSequence: undefined },
          ...{ firstReceivedAt: undefined, lastReceivedAt: undefined, gaps: { count: 0, ms: 0, missing: 0 } },
        };
        part = { file, until: isTimed ? from + HOUR : Number.POSITIVE_INFINITY, bytes: 0 };
        files.set(number === 0 ? base : base.replace('.jsonl', `-${String(number).padStart(6, '0')}.jsonl`), file);
        open.set(key, part);
      }
      const { file } = part;
      part.bytes += length;
      file.texts.push(text);
      file.firstReceivedAt ??= receivedAt;
      file.lastReceivedAt = receivedAt;
      if (gap === undefined) {
        file.records += 1;
        file.firstSequence ??= sequence;
        file.lastSequence = Math.max(file.lastSequence ?? 0, sequence);
      } else {
        file.gaps.count += 1;
        file.gaps.ms += gap.durationMs;
        file.gaps.missing += gap.dropped + Number(gap.missing ?? 0);
      }
      if (file.texts.length >= records) open.delete(key);
    }
    const latest = page.receivedAt(page.length - 1);
    for (const [key, { until }] of open) if (until <= latest) open.delete(key);
  }
  return files;
}
