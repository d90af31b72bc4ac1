import { createHash } from 'node:crypto';
import { open, readFile, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { contentOf } from '../../audit/content-of.js';
import { type Target, targetsAt, targetsBeside } from '../../audit/targets.js';
import { InputError } from '../../errors.js';
import { filesIn, MANIFEST_NAME, readManifest } from '../../manifest/manifest.js';
import { readLetter } from '../../parse/dead-letter-line.js';
import { explainFileFailure } from '../../sink/file-failure.js';

/** A file that is replayed. */
export interface Input {
  readonly path: string;
  /** How large it was at the start: what is refused again may be added to it. */
  readonly size: number;
  /** What its lines are. */
  readonly kind: 'letters' | 'records';
  /** Whether its records are envelopes, which say when each came. */
  readonly isEnveloped: boolean;
  /** The SHA-256 of its first line, by which it is known again; empty when it has none. */
  readonly begin: string;
}

/**
 * The files behind paths, in order: of a folder with a manifest those that it names, and dead letters that are not finished; of any other folder those of
 * JSON lines by name.
 *
 * @throws {InputError} when one cannot be read, or there is none
 */
export async function inputsOf(paths: readonly string[]): Promise<readonly Input[]> {
  const inputs: Input[] = [];
  for (const path of paths) {
    const before = inputs.length;
    for await (const target of targetsAt(path)) {
      for (const file of await filesOf(target)) inputs.push(await inputOf(file));
      if (target.kind === 'manifest') inputs.push(...(await unfinishedLetters(target.folder)));
    }
    if (inputs.length === before)
      throw problem(path, 'There is nothing in it that could be replayed: no files of JSON lines.', 'invalid');
  }
  return inputs;
}

async function filesOf(target: Target): Promise<readonly string[]> {
  switch (target.kind) {
    case 'file':
      return [target.path];
    case 'manifest':
      return sealedFiles(target.folder);
    case 'state':
    case 'spool':
      return [];
    case 'refused':
      throw unreadable(target.path, target.cause);
    case 'left_out':
      return [];
  }
}

async function sealedFiles(folder: string): Promise<readonly string[]> {
  const root = await realpath(folder);
  const names = [...filesIn(readManifest(await readFile(join(folder, MANIFEST_NAME)))).keys()];
  return Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const real = await realpath(path).catch((cause: unknown) => Promise.reject(unreadable(path, cause)));
      if (real.startsWith(root + sep)) return path;
      throw problem(
        path,
        'Its manifest names it, and a symbolic link leads out of the folder: nothing is read there.',
        'invalid',
      );
    }),
  );
}

/** Dead letters that no run has finished, as one that was killed leaves them: they are as good as others. */
async function unfinishedLetters(folder: string): Promise<readonly Input[]> {
  const inputs: Input[] = [];
  for await (const target of targetsBeside(folder)) {
    if (target.kind !== 'file' || !target.path.endsWith('.part')) continue;
    const input = await inputOf(target.path);
    if (input.kind === 'letters') inputs.push(input);
  }
  return inputs;
}

async function inputOf(path: string): Promise<Input> {
  try {
    // Whoever opens a pipe waits until somebody writes to it; and what is replayed must be there again for the next replay.
    if (!(await stat(path)).isFile()) throw problem(path, 'It is no regular file. Write it to one first.', 'invalid');
    const handle = await open(path);
    try {
      const { size } = await handle.stat();
      const first = await firstLine({ path, handle, size });
      const kind = readLetter(first) === undefined ? 'records' : 'letters';
      const begin = first.length === 0 ? '' : createHash('sha256').update(first).digest('hex');
      return { path, size, kind, isEnveloped: ENVELOPE.test(first.toString('latin1')), begin };
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw cause instanceof InputError ? cause : unreadable(path, cause);
  }
}

/** The first line that is not empty, as far as it is short. */
async function firstLine(file: Parameters<typeof contentOf>[0]): Promise<Buffer> {
  let text = Buffer.alloc(0);
  for await (const piece of contentOf(file, () => {})) {
    if (!Buffer.isBuffer(piece)) break;
    text = Buffer.concat([text, piece]);
    const start = text.findIndex((byte) => byte > SPACE);
    const end = start === -1 ? -1 : text.indexOf(LF, start);
    if (end !== -1) return text.subarray(start, end);
    if (text.length > LONGEST) break;
  }
  return text;
}

function unreadable(path: string, cause: unknown): InputError {
  const [reason] =
    (cause as NodeJS.ErrnoException).code === 'ENOENT'
      ? ['there is no such file or folder']
      : explainFileFailure(cause);
  return problem(path, `It cannot be read: ${reason}. Check that it is there and readable.`, 'unreadable', cause);
}

function problem(file: string, message: string, reason: InputError['reason'], cause?: unknown): InputError {
  return new InputError(message, { file, reason, cause });
}

const ENVELOPE = /^\{"data":.*,"received_at":\d+,"url":"/s;
const LF = 0x0a;
const SPACE = 0x20;
const LONGEST = 64 * 1024 * 1024;
