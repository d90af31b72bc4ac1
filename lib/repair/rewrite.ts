import { createWriteStream } from 'node:fs';
import { link, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import zlib from 'node:zlib';
import { compressionOf, type OpenFile } from '../audit/content-of.js';
import { syncFile, syncFolder } from '../internal/force-to-disk.js';
import type { Compression } from '../sink/file/encodings.js';
import { freeName } from '../sink/file/set-aside.js';
import { type DamagedStretch, damagedGapLine, TimeReader } from './damaged-gap.js';
import { DAMAGE, sift } from './survey.js';

/** Something is damaged, and cannot be found in the lines: a gap line tells it. */
export interface HiddenDamage {
  readonly stretch: DamagedStretch;
  /** The byte of a plain file before which the gap line goes: one at which a line begins, or the end. Of others it goes first. */
  readonly at: number;
}

/** How a file is written anew. */
export interface RewriteOptions {
  readonly hidden?: HiddenDamage | undefined;
  readonly onRead: (bytes: number) => void;
}

/**
 * Writes a file anew with all its sound lines, and a gap line in each place at which something is damaged. The file as it was is
 * beside it afterwards: the new one takes its name in one step, when the disk has it.
 *
 * @returns what the file as it was is called
 */
export async function rewrite(file: OpenFile, { hidden, onRead }: RewriteOptions): Promise<string> {
  const { path } = file;
  const unfinished = `${path}.repairing`;
  const { mode } = await file.handle.stat();
  try {
    const compressor = compressors[await compressionOf(file)]();
    // What is there is left of a repair that was killed.
    const target = createWriteStream(unfinished, { flags: 'w', mode });
    const lines = allLines(file, hidden, onRead);
    await (compressor === undefined ? pipeline(lines, target) : pipeline(lines, compressor, target));
    await syncFile(unfinished);
    const aside = await keepAs(path);
    await rename(unfinished, path);
    await syncFolder(dirname(path));
    return aside;
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

async function* allLines(
  file: OpenFile,
  hidden: HiddenDamage | undefined,
  onRead: (bytes: number) => void,
): AsyncGenerator<Buffer, void, void> {
  const at = hidden?.at ?? 0;
  if (at > 0) yield* soundLines({ ...file, size: at }, onRead);
  if (hidden !== undefined) yield damagedGapLine(hidden.stretch);
  yield* soundLines({ ...file, start: at }, onRead);
}

async function* soundLines(file: OpenFile, onRead: (bytes: number) => void): AsyncGenerator<Buffer, void, void> {
  const times = new TimeReader();
  let before: number | undefined;
  let isDamaged = false;
  for await (const part of sift(file, onRead)) {
    if (part === DAMAGE) {
      isDamaged = true;
      continue;
    }
    if (isDamaged) yield damagedGapLine({ from: before, to: times.first(part) });
    isDamaged = false;
    before = times.last(part) ?? before;
    yield part;
  }
  if (isDamaged) yield damagedGapLine({ from: before, to: undefined });
}

/** Gives a file a second name. Where the file system has no such thing, it loses its first one. */
async function keepAs(path: string): Promise<string> {
  const aside = await freeName(path);
  await rm(aside);
  await link(path, aside).catch(() => rename(path, aside));
  return aside;
}

const compressors: { readonly [C in Compression]: () => Duplex | undefined } = {
  none: () => undefined,
  gzip: () => zlib.createGzip(),
  zstd: () => (zlib as { createZstdCompress?: () => Duplex }).createZstdCompress!(),
};
