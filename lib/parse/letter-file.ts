import { closeSync, fstatSync, mkdirSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { LetterLine, LetterStore } from './letter-store.js';

/**
 * A JSON Lines file that dead letters are added to: it is made, with its folders, when the first one comes. Each is written
 * before the next thing happens, so that none is lost by a crash and none waits in memory. The file is opened for each, so
 * that none follows a file that was renamed or deleted meanwhile.
 */
export class LetterFile implements LetterStore {
  readonly path: string;
  readonly isAtOnce = true;
  #isKnown = false;

  constructor(path: string) {
    this.path = path;
  }

  store(letters: readonly LetterLine[], callback: (cause?: Error) => void): void {
    try {
      for (const { line } of letters) this.#append(line);
    } catch (cause) {
      callback(cause as Error);
      return;
    }
    callback();
  }

  #append(line: Buffer): void {
    if (!this.#isKnown) checkRegular(this.path);
    const file = opened(this.path);
    try {
      // A crash may have torn the last line.
      if (!this.#isKnown && endsWithinLine(file)) writeAll(file, Buffer.of(LF));
      this.#isKnown = true;
      writeAll(file, line);
    } finally {
      closeSync(file);
    }
  }
}

/** @throws when it cannot be written to without somebody who reads, who could hold up the run for ever */
function checkRegular(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.isFile()) return;
  const what = found.isDirectory() ? 'it is a folder' : 'it is no regular file';
  throw Object.assign(new Error(what), { code: 'EINVAL' });
}

/** Opens it to write to its end, whoever else does so. */
function opened(path: string): number {
  try {
    return openSync(path, 'a+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    mkdirSync(dirname(path), { recursive: true });
    return openSync(path, 'a+');
  }
}

function endsWithinLine(file: number): boolean {
  const { size } = fstatSync(file);
  const last = Buffer.alloc(1);
  return size > 0 && readSync(file, last, 0, 1, size - 1) === 1 && last[0] !== LF;
}

function writeAll(file: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}

const LF = 0x0a;
