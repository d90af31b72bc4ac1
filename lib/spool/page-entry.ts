import type { FactsColumns } from '../batch/facts-columns.js';
import { FrameFactsList } from '../batch/frame-facts-list.js';
import { Page } from '../batch/page.js';
import { lastStored } from '../batch/page-facts.js';
import type { Gap } from '../frame/gap.js';
import type { BigIntegers } from '../json/values.js';
import { ColumnReader, ColumnWriter } from './columns.js';
import { contentCrcOf, type EntryHead, encodeHead } from './entry.js';
import { type GapForm, gapOf, toGapForm } from './gap-form.js';
import type { EntryContent } from './segment-reader.js';

/** A page as it stands in a segment: what is written one behind the other. */
export interface PageEntry {
  readonly head: EntryHead;
  readonly parts: readonly [head: Buffer, facts: Buffer, body: Buffer];
}

/** The entry of a page of this number: good until the next one is asked for. */
export function encodePage(page: Page, number: number): PageEntry {
  const { bytes } = page;
  const facts = encodeFacts(page);
  const { next, receivedAt, records } = lastStored(page);
  const first = page.frame(0);
  const head: EntryHead = {
    ...{ kind: 'page', page: number, bodyLength: bytes.length, factsLength: facts.length },
    contentCrc: contentCrcOf(facts, bytes.length, page.crc32()),
    records,
    firstSequence: first.sequence,
    lastSequence: records > 0 ? next - 1 : next,
    firstAt: first.receivedAt,
    lastAt: receivedAt,
  };
  return { head, parts: [encodeHead(head), facts, bytes] };
}

/** The page of an entry whose checksum is right. */
export function decodePage({ facts, body, bodyCrc }: EntryContent, release?: () => void): Page {
  const { ends, columns, bigIntegers, cursor } = decodeFacts(facts);
  const page = Page.of(body, ends, FrameFactsList.of(columns), bigIntegers, release);
  page.knowCrc32(bodyCrc);
  page.cursor = cursor;
  return page;
}

/** From where a server is to go on behind the page of an entry, where that is known. */
export function cursorIn({ facts }: Pick<EntryContent, 'facts'>): Page['cursor'] {
  return decodeFacts(facts).cursor;
}

/** All of a page but its bytes: four counts, the columns, and JSON for what is no number. */
function encodeFacts(page: Page): Buffer {
  const { columns, bigIntegers } = page.facts;
  const { length, starts, aheads, urls, gaps } = columns;
  const form: FactsForm = {
    urls,
    ...(bigIntegers !== 'number' && { bigIntegers }),
    ...(page.cursor !== undefined && { cursor: page.cursor }),
    ...(gaps.length > 0 && { gaps: gaps.map(([stretch, gap]) => [stretch, toGapForm(gap as Gap)]) }),
  };
  const text = Buffer.from(JSON.stringify(form));
  const stretches = starts.length;
  const size = COUNTS_BYTES + length * 4 + stretches * BYTES_A_STRETCH + aheads.length * 8 + text.length;
  const writer = new ColumnWriter(scratch(size));
  writer.addWhole([length, stretches, aheads.length, text.length]);
  writer.addWhole(page.ends);
  writer.add(starts);
  writer.add(columns.url);
  writer.add(columns.receivedAt);
  writer.add(columns.sequence);
  writer.add(columns.connection);
  writer.add(aheads);
  writer.add(columns.isBinary);
  writer.add(columns.steps);
  writer.addText(text);
  return writer.bytes;
}

function decodeFacts(bytes: Buffer): {
  readonly ends: number[];
  readonly columns: FactsColumns;
  readonly bigIntegers: BigIntegers;
  readonly cursor: Page['cursor'];
} {
  const reader = new ColumnReader(bytes);
  const [length, stretches, listed] = reader.takeWhole(4) as [number, number, number, number];
  const ends = reader.takeWhole(length);
  const starts = reader.take(Uint32Array, stretches);
  const url = reader.take(Uint32Array, stretches);
  const receivedAt = reader.take(Float64Array, stretches);
  const sequence = reader.take(Float64Array, stretches);
  const connection = reader.take(Float64Array, stretches);
  const aheads = reader.take(Float64Array, listed);
  const isBinary = reader.take(Uint8Array, stretches);
  const steps = reader.take(Uint8Array, stretches);
  const { urls, bigIntegers = 'number', cursor, gaps = [] } = JSON.parse(reader.rest.toString()) as FactsForm;
  return {
    ends,
    bigIntegers,
    cursor,
    columns: {
      ...{ length, starts, url, receivedAt, sequence, connection, aheads, isBinary, steps, urls },
      gaps: gaps.map(([stretch, form]) => [stretch, gapOf(form)] as const),
    },
  };
}

interface FactsForm {
  readonly urls: readonly string[];
  readonly bigIntegers?: BigIntegers;
  readonly cursor?: NonNullable<Page['cursor']>;
  readonly gaps?: readonly (readonly [stretch: number, gap: GapForm])[];
}

/** The facts of a page are written down at once: all of them share this memory. */
function scratch(size: number): Buffer {
  if (size > SCRATCH_BYTES) return Buffer.allocUnsafeSlow(size);
  shared ??= Buffer.allocUnsafeSlow(SCRATCH_BYTES);
  return shared.subarray(0, size);
}

let shared: Buffer | undefined;
const SCRATCH_BYTES = 64 * 1024;
const COUNTS_BYTES = 16;
/** Two of four bytes, three of eight, two of one. */
const BYTES_A_STRETCH = 34;
