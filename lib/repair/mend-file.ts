import { type FileHandle, open, realpath, stat } from 'node:fs/promises';
import { compressionOf } from '../audit/content-of.js';
import { hasZstd } from '../audit/zstd-content.js';
import { NO_ZSTD } from '../internal/zstd.js';
import type { Compression } from '../sink/file/encodings.js';
import { examineEnd } from '../sink/file/examine-end.js';
import { explainFileFailure } from '../sink/file-failure.js';
import { compressed, cutEnd, endAt } from './cut-end.js';
import type { RepairListener } from './repair-listener.js';
import { type HiddenDamage, rewrite } from './rewrite.js';
import { type Survey, survey } from './survey.js';

/** How a file is mended. */
export interface MendOptions {
  /** Only says what would be done. */
  readonly isDryRun: boolean;
  /** The file is not what was written: what to tell where its lines do not show it. */
  readonly hidden?: HiddenDamage | undefined;
}

/** What became of a file. */
export type Mended = 'sound' | 'changed' | 'refused';

/**
 * Mends a file of JSON lines: cuts a torn end off, and writes it anew without lines that are damaged. No sound line is lost, and
 * nothing is taken away that is not beside it afterwards. It rejects for nothing that is in a file.
 */
export async function mendFile(path: string, options: MendOptions, listener: RepairListener): Promise<Mended> {
  let handle: FileHandle | undefined;
  try {
    // Whoever opens a pipe waits until somebody writes to it.
    if (!(await stat(path)).isFile()) {
      listener.refused({ file: path, message: 'It is no regular file.' });
      return 'refused';
    }
    // What a link leads to is changed, and not the link.
    const file = await realpath(path);
    handle = await open(file, 'r');
    return await new FileMend({ path, file, handle }, options, listener).run();
  } catch (cause) {
    const [reason, advice] = explainFileFailure(cause);
    listener.refused({ file: path, message: `It cannot be mended: ${reason}. ${advice}` });
    return 'refused';
  } finally {
    await handle?.close();
  }
}

interface Given {
  readonly path: string;
  /** Where it really is. */
  readonly file: string;
  readonly handle: FileHandle;
}

interface Reading {
  readonly size: number;
  readonly hidden?: HiddenDamage | undefined;
  readonly onRead: (read: number) => void;
}

class FileMend {
  readonly #given: Given;
  readonly #options: MendOptions;
  readonly #listener: RepairListener;

  constructor(given: Given, options: MendOptions, listener: RepairListener) {
    this.#given = given;
    this.#options = options;
    this.#listener = listener;
  }

  async run(): Promise<Mended> {
    const { path, file, handle } = this.#given;
    const { size } = await handle.stat();
    const compression = await compressionOf({ path: file, handle, size });
    if (compression === 'zstd' && !hasZstd()) return this.#refuse(NO_ZSTD);
    const onRead = (read: number): void => this.#listener.progress(path, read, size);
    const state = await survey({ path: file, handle, size }, onRead);
    const showsDamage = state.damagedLines + state.interruptions > 0;
    const hidden = showsDamage ? undefined : this.#hiddenIn(compression);
    const isDamaged = showsDamage || hidden !== undefined;
    if (!isDamaged && state.end === 'whole') {
      this.#listener.sound(path);
      return 'sound';
    }
    if (state.lines >= MANY && state.damagedLines === state.lines && this.#options.hidden === undefined)
      return this.#refuse(
        'None of its lines is JSON: it holds something else, such as CSV, or records over many lines.',
      );
    if (state.hasTooLong)
      return this.#refuse('It has a line of more than 256 MiB, of which nobody can say whether it is sound.');
    if ((await handle.stat()).size !== size) return this.#refuse('Somebody is writing to it. Let that end first.');
    return isDamaged
      ? await this.#rewrite(state, { size, hidden, onRead })
      : await this.#mendEnd(state, compression, { size, onRead });
  }

  /** What is compressed has no byte of its lines at which a gap could go. */
  #hiddenIn(compression: Compression): HiddenDamage | undefined {
    const { hidden } = this.#options;
    return hidden && (compression === 'none' ? hidden : { ...hidden, at: 0 });
  }

  async #rewrite(state: Survey, { size, hidden, onRead }: Reading): Promise<Mended> {
    const { file, handle } = this.#given;
    const { isDryRun } = this.#options;
    const aside = isDryRun ? `${file}.bad` : await rewrite({ path: file, handle, size }, { hidden, onRead });
    this.#act('rewritten', aside, `${whatIsDamaged(state, hidden)} What was there before is kept as ${aside}.`);
    return 'changed';
  }

  async #mendEnd(state: Survey, compression: Compression, reading: Reading): Promise<Mended> {
    const { file } = this.#given;
    const end = await examineEnd(file, { compression, pretty: false });
    if (end.kind === 'bad') return this.#rewrite(state, reading);
    if (end.kind === 'whole') {
      if (!this.#options.isDryRun) await endAt(file, reading.size, compressed(LINE_FEED, compression));
      this.#act('ended', undefined, 'Its last line gets its line feed.');
      return 'changed';
    }
    const isLost = Buffer.isBuffer(end.torn) ? end.torn.length > 0 : true;
    const wouldKeep = isLost ? `${file}.torn` : undefined;
    const aside = this.#options.isDryRun ? wouldKeep : await cutEnd(file, end, compression);
    const cut = `${end.size - end.keep} bytes`;
    const message = isLost
      ? `Its torn end is cut off, ${cut}: what is left of the last record is added to ${aside}.`
      : `Its end is mended: ${cut} are cut off, and no record is lost.`;
    this.#act(isLost ? 'cut' : 'ended', aside, message);
    return 'changed';
  }

  #act(kind: 'cut' | 'ended' | 'rewritten', aside: string | undefined, message: string): void {
    this.#listener.acted({ kind, file: this.#given.path, aside, message });
  }

  #refuse(message: string): 'refused' {
    this.#listener.refused({ file: this.#given.path, message });
    return 'refused';
  }
}

function whatIsDamaged(
  { damagedLines, firstDamaged, interruptions }: Survey,
  hidden: HiddenDamage | undefined,
): string {
  const told: string[] = [];
  if (damagedLines > 0) {
    const more = damagedLines > firstDamaged.length ? ', …' : '';
    const lines = damagedLines === 1 ? 'its damaged line' : `its ${damagedLines} damaged lines`;
    told.push(`${lines} (${firstDamaged.join(', ')}${more})`);
  }
  if (interruptions > 0)
    told.push(`what cannot be inflated in ${interruptions === 1 ? 'one place' : `${interruptions} places`}`);
  const without = told.length === 0 ? '' : ` without ${told.join(' and ')}`;
  if (hidden === undefined) return `It is written anew${without}; a gap line in the place of each tells of it.`;
  return 'It is not what was written, and each of its lines is JSON all the same: a gap line is added that tells of it.';
}

const LINE_FEED = Buffer.from('\n');
/** So many lines are not all damaged. */
const MANY = 10;
