import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isJsonLines, LEDGER_NAME } from '../audit/targets.js';
import { setAside } from '../sink/file/set-aside.js';
import { chainsIn, checkFile, crcOfStart, type FileChain } from '../state/file-check.js';
import { Ledger } from '../state/ledger.js';
import { decodeEntries, type LedgerEntry, type LedgerFile, withoutLateMarks } from '../state/ledger-entry.js';
import { whileLocked } from './locked.js';
import { mendFile } from './mend-file.js';
import type { RepairListener } from './repair-listener.js';

/**
 * Mends what is kept of a feed: each file that the ledger tells of, and then the ledger, which tells what they hold from then on. What a file
 * holds beyond its ledger stays as it is, but for a torn end.
 */
export function mendState(folder: string, isDryRun: boolean, listener: RepairListener): Promise<void> {
  return whileLocked(folder, isDryRun, listener, () =>
    new StateMend(join(folder, LEDGER_NAME), isDryRun, listener).run(),
  );
}

class StateMend {
  readonly #path: string;
  readonly #isDryRun: boolean;
  readonly #listener: RepairListener;
  #isChanged = false;

  constructor(path: string, isDryRun: boolean, listener: RepairListener) {
    this.#path = path;
    this.#isDryRun = isDryRun;
    this.#listener = listener;
  }

  async run(): Promise<void> {
    const bytes = await readFile(this.#path);
    const { entries: all, damagedBytes, tornBytes } = decodeEntries(bytes);
    const entries = withoutLateMarks(all);
    const newest = entries.at(-1);
    if (newest === undefined) {
      if (bytes.length > 0) await this.#setAside();
      else this.#listener.sound(this.#path);
      return;
    }
    const files: LedgerFile[] = [];
    for (const [path, chain] of chainsIn(entries)) files.push(await this.#mendFileOf(path, chain, newest));
    const isDamaged = damagedBytes + tornBytes > 0;
    if (!isDamaged && !this.#isChanged) {
      this.#listener.sound(this.#path);
      return;
    }
    if (!this.#isDryRun) await this.#writeAnew(newest, files);
    const why = isDamaged ? `${damagedBytes + tornBytes} bytes of it are damaged` : 'a file is not as it was';
    const message = `The ledger is written anew with where the feed and its files are: ${why}.`;
    this.#listener.acted({ kind: 'ledger', file: this.#path, aside: undefined, message });
  }

  /** Returns what the ledger is to say of the file from then on. */
  async #mendFileOf(path: string, { steps }: FileChain, newest: LedgerEntry): Promise<LedgerFile> {
    const last = steps.at(-1)!.file;
    const found = await checkFile(path, steps);
    // The next run begins a new one, or knows that it is finished.
    if (found === undefined) return last;
    const before = steps[found.sound - 1];
    const isSound = found.sound === steps.length;
    if (!isJsonLines(path)) {
      if (isSound && found.size === last.end) this.#listener.sound(path);
      else this.#listener.refused({ file: path, message: OTHER_FORMAT });
      return last;
    }
    const stretch = {
      from: before?.receivedAt,
      to: newest.receivedAt,
      after: before === undefined || before.next === 0 ? undefined : before.next - 1,
      before: newest.next,
    };
    const hidden = isSound ? undefined : { at: Math.min(before?.file.end ?? 0, found.size), stretch };
    const mended = await mendFile(path, { isDryRun: this.#isDryRun, hidden }, this.#listener);
    if (mended !== 'changed') return last;
    if (isSound && (this.#isDryRun || (await checkFile(path, steps))?.sound === steps.length)) return last;
    this.#isChanged = true;
    return this.#isDryRun ? last : await wholeFile(path, last);
  }

  async #writeAnew(
    { files: _, sealed: __, isDurable: ___, ...newest }: LedgerEntry,
    files: readonly LedgerFile[],
  ): Promise<void> {
    const ledger = await Ledger.begin(this.#path, { ...newest, ...(files.length > 0 && { files }) });
    await ledger.close();
  }

  async #setAside(): Promise<void> {
    const aside = this.#isDryRun ? `${this.#path}.bad` : await setAside(this.#path);
    const message = `Nothing of the ledger can be read: it is kept as ${aside}, and the next run begins anew and adds to its file.`;
    this.#listener.acted({ kind: 'ledger', file: this.#path, aside, message });
  }
}

/** All that is in a file is stored. */
async function wholeFile(path: string, last: LedgerFile): Promise<LedgerFile> {
  const { size: end } = (await checkFile(path, []))!;
  return { ...last, start: end, end, crc: 0, whole: await crcOfStart(path, end) };
}

const OTHER_FORMAT =
  'It is no file of JSON lines, and not what its ledger says: the next run has it end where it is sound, and keeps the rest beside it.';
