import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { contentOf } from '../audit/content-of.js';
import { GapLineReader } from '../audit/gap-line.js';
import { LineCutter } from '../audit/line-cutter.js';
import { passingChunks } from '../audit/raw-bytes.js';
import type { SealedFile } from '../manifest/manifest-entry.js';

/** What a file says of itself: of what its manifest has besides, such as the numbers of frames, it knows nothing. */
export type FactsOfFile = Pick<SealedFile, 'records' | 'bytes' | 'sha256' | 'gaps'>;

/** Reads a file, all of whose lines are sound, and counts what is in it. */
export async function factsOfFile(path: string): Promise<FactsOfFile> {
  const handle = await open(path, 'r');
  try {
    const { size: bytes } = await handle.stat();
    const hash = createHash('sha256');
    for await (const chunk of passingChunks(handle, { start: 0, end: bytes })) hash.update(chunk);
    const counting = new Counting();
    const cutter = new LineCutter(counting);
    for await (const piece of contentOf({ path, handle, size: bytes }, () => {}))
      if (Buffer.isBuffer(piece)) cutter.push(piece);
    const { records, gaps } = counting;
    return { records, bytes, sha256: hash.digest('hex'), gaps };
  } finally {
    await handle.close();
  }
}

class Counting {
  records = 0;
  readonly gaps = { count: 0, ms: 0, missing: 0 };
  readonly #gapLines = new GapLineReader();

  line(bytes: Buffer, start: number, end: number): void {
    if (end - start <= 1) {
      // An empty line, or a record of one digit.
      if (end > start && bytes[start] !== CR) this.records += 1;
      return;
    }
    const gap = this.#gapLines.read(bytes, start, end);
    if (gap === undefined) this.records += 1;
    else {
      this.gaps.count += 1;
      this.gaps.ms += gap.durationMs ?? 0;
      this.gaps.missing += gap.dropped + Number(gap.missing ?? 0);
    }
  }

  tooLong(): void {
    this.records += 1;
  }
}

const CR = 0x0d;
