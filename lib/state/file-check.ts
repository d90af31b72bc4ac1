import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { ifThere } from '../internal/if-there.js';
import type { LedgerEntry, LedgerFile } from './ledger-entry.js';
import { noteFiles } from './live-files.js';

/** What the ledger says of a file, page by page, as it grew: each begins where the one before it ended. */
export interface FileChain {
  readonly steps: readonly FileStep[];
  /** What its sink said of it last, when it is to be finished one day. */
  readonly facts?: object;
}

/** What was added to a file, and how far the feed was stored then. */
export interface FileStep extends Pick<LedgerEntry, 'page' | 'next' | 'receivedAt' | 'untold' | 'spooled'> {
  readonly file: LedgerFile;
}

/** What a file is, beside what a ledger says of it. */
export interface FileCheck {
  readonly size: number;
  /** How many of the steps tell what the file holds. */
  readonly sound: number;
}

/** The newest steps of each file that a feed is stored in, by path. */
export function chainsIn(entries: readonly LedgerEntry[]): ReadonlyMap<string, FileChain> {
  const chains = new Map<string, FileChain & { readonly steps: FileStep[] }>();
  for (const entry of entries) {
    const { page, next, receivedAt, untold, spooled } = entry;
    noteFiles(chains, entry, (before, file) => {
      const steps = before?.steps.at(-1)?.file.end === file.start ? before.steps : [];
      steps.push({ page, next, receivedAt, file, ...(untold && { untold }), ...(spooled && { spooled }) });
      return { steps, ...(file.facts && { facts: file.facts }) };
    });
  }
  return chains;
}

/**
 * Reads a file from its begin, and compares its checksum at the end of each step with what the ledger says.
 *
 * @returns `undefined` when there is no such file
 */
export async function checkFile(path: string, steps: readonly FileStep[]): Promise<FileCheck | undefined> {
  const handle = await ifThere(open(path, 'r'));
  if (handle === undefined) return undefined;
  try {
    const { size } = await handle.stat();
    return { size, sound: await soundAmong(handle, steps) };
  } finally {
    await handle.close();
  }
}

async function soundAmong(handle: FileHandle, steps: readonly FileStep[]): Promise<number> {
  const reading = new Reading(handle);
  let sound = 0;
  for (const { file } of steps) {
    await reading.readTo(file.end);
    if (reading.at !== file.end || reading.crc !== file.whole) return sound;
    sound += 1;
  }
  return sound;
}

/** The CRC-32 of the first bytes of a file. */
export async function crcOfStart(path: string, length: number): Promise<number> {
  const handle = await open(path, 'r');
  try {
    const reading = new Reading(handle);
    await reading.readTo(length);
    return reading.crc;
  } finally {
    await handle.close();
  }
}

/** A file that is read from its begin, a piece at a time, and the CRC-32 of what was read. */
class Reading {
  at = 0;
  crc = 0;
  readonly #handle: FileHandle;
  readonly #buffer = Buffer.allocUnsafe(READ_BYTES);

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** Reads up to there, or to the end of the file. */
  async readTo(end: number): Promise<void> {
    const buffer = this.#buffer;
    while (this.at < end) {
      const { bytesRead } = await this.#handle.read(buffer, 0, Math.min(buffer.length, end - this.at), this.at);
      if (bytesRead === 0) return;
      this.crc = crc32(buffer.subarray(0, bytesRead), this.crc);
      this.at += bytesRead;
    }
  }
}

const READ_BYTES = 1024 * 1024;
