import { appendFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Page } from '../batch/page.js';
import type { FilePosition } from '../batch/sink-position.js';
import { isDiskFull } from '../internal/disk-full.js';
import { syncFile } from '../internal/force-to-disk.js';
import { ifThere } from '../internal/if-there.js';
import { Ledger } from '../state/ledger.js';
import { decodeEntries, type LedgerEntry, withoutLateMarks } from '../state/ledger-entry.js';
import type { SpoolNotices } from './spool-notices.js';

/** A page that the sink has stored. */
export interface AcknowledgedPage {
  readonly page: number;
  readonly next: number;
  readonly receivedAt: number;
  readonly records: number;
  /** From where a server is to go on behind it, where that is known. */
  readonly cursor: Page['cursor'];
  /** Where it stands, when its sink writes to files. */
  readonly files: readonly FilePosition[];
}

/**
 * The ledger of a spool: how far its pages are stored. It rules alone where there is no state; where there is one, it is for when
 * that is lost.
 */
export class SpoolLedger {
  readonly #folder: string;
  readonly #id: string;
  readonly #ledger: Ledger;
  /** Files of the sink whose names are written down. */
  readonly #named = new Set<string>();

  private constructor(folder: string, id: string, ledger: Ledger) {
    this.#folder = folder;
    this.#id = id;
    this.#ledger = ledger;
  }

  /**
   * What earlier runs came to. It fails for no damage, which is told instead.
   *
   * @param isSure whether only that counts of which the disk has all, also when the machine died
   */
  static async read(folder: string, isSure: boolean, notices: SpoolNotices): Promise<LedgerEntry | undefined> {
    const bytes = (await ifThere(readFile(ledgerIn(folder)))) ?? Buffer.alloc(0);
    const { entries, damagedBytes } = decodeEntries(bytes);
    if (damagedBytes > 0) notices.ledgerDamaged(damagedBytes);
    if (entries.length === 0 && bytes.length > 0) notices.ledgerLost(bytes.length);
    return isSure ? entries.findLast(({ isDurable }) => isDurable) : withoutLateMarks(entries).at(-1);
  }

  /**
   * The new ledger says that the disk has all that is stored by now: a run that was killed need not have come to that, and so its files
   * are forced to the disk first.
   *
   * @param newest what is stored by now
   */
  static async begin(folder: string, id: string, newest: LedgerEntry | undefined): Promise<SpoolLedger> {
    if (newest !== undefined && newest.isDurable !== true) {
      for (const path of await namesIn(folder)) await ifThere(syncFile(path));
    }
    const ledger = await Ledger.begin(ledgerIn(folder), newest);
    await writeFile(namesOf(folder), '');
    return new SpoolLedger(folder, id, ledger);
  }

  /** Whether the disk may not have all. */
  get isDirty(): boolean {
    return this.#ledger.isDirty;
  }

  /** Whether there was room for all that was added. */
  get isWrittenDown(): boolean {
    return this.#ledger.noRoom === undefined;
  }

  /** @throws when the system refuses */
  add({ page, next, receivedAt, records, cursor, files }: AcknowledgedPage): void {
    for (const { path } of files) this.#isIn(path);
    this.#ledger.add({ next, receivedAt, records, cursor, spooled: { id: this.#id, page } });
  }

  /** Waits until the disk has all that was added before, and what the sink has written first. */
  sync(): Promise<void> {
    return this.#ledger.sync();
  }

  close(): Promise<void> {
    return this.#ledger.close();
  }

  #isIn(path: string): void {
    if (!this.#named.has(path)) this.#name(path);
    this.#ledger.isIn(path);
  }

  /** For a run behind one that is killed, on a machine that goes on: the disk need not have it. */
  #name(path: string): void {
    try {
      appendFileSync(namesOf(this.#folder), `${JSON.stringify(resolve(path))}\n`);
      this.#named.add(path);
    } catch (cause) {
      // The next page tries again.
      if (!isDiskFull(cause)) throw cause;
    }
  }
}

/** The files that the sink of an earlier run has written to; not one whose name was not written whole. */
async function namesIn(folder: string): Promise<string[]> {
  const text = (await ifThere(readFile(namesOf(folder), 'utf8'))) ?? '';
  return text.split('\n').flatMap((line) => {
    try {
      return [String(JSON.parse(line))];
    } catch {
      return [];
    }
  });
}

function namesOf(folder: string): string {
  return join(folder, 'files');
}

function ledgerIn(folder: string): string {
  return join(folder, 'ledger');
}
