import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '../batch/page.js';
import type { FilePosition } from '../batch/sink-position.js';
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
  readonly #id: string;
  readonly #ledger: Ledger;

  private constructor(id: string, ledger: Ledger) {
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

  /** @param newest what is stored by now */
  static async begin(folder: string, id: string, newest: LedgerEntry | undefined): Promise<SpoolLedger> {
    return new SpoolLedger(id, await Ledger.begin(ledgerIn(folder), newest));
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
    for (const { path } of files) this.#ledger.isIn(path);
    this.#ledger.add({ next, receivedAt, records, cursor, spooled: { id: this.#id, page } });
  }

  /** Waits until the disk has all that was added before, and what the sink has written first. */
  sync(): Promise<void> {
    return this.#ledger.sync();
  }

  close(): Promise<void> {
    return this.#ledger.close();
  }
}

function ledgerIn(folder: string): string {
  return join(folder, 'ledger');
}
