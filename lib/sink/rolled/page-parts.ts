import { resolve } from 'node:path';
import type { Page } from '../../batch/page.js';
import type { FilePosition } from '../../batch/sink-position.js';
import { isDiskFull } from '../../internal/disk-full.js';
import type { Account } from '../file/account.js';
import type { FullDisk } from '../file/full-disk.js';
import type { Patience } from '../file/patience.js';
import { NO_FACTS } from './file-facts.js';
import type { FileNames } from './file-names.js';
import { PART_SUFFIX, PartFile, type PartPlace, writtenFacts } from './part-file.js';
import { PartTable } from './part-table.js';
import type { ResolvedRolledOptions } from './rolled-options.js';
import { type Share, spreader } from './spread.js';
import { slotsBy } from './time-slot.js';

/** What {@link PageParts} is made of. */
export interface PagePartsParts {
  readonly options: ResolvedRolledOptions;
  readonly account: Account;
  readonly patience: Patience;
  /** Waits for room. */
  readonly fullDisk: FullDisk | undefined;
  /** There are so many parts that one is finished before its time. */
  readonly onSurplus: () => void;
}

/** The parts that pages go to, and those that nothing more goes to and that wait to be handed over. */
export class PageParts {
  readonly #parts: PagePartsParts;
  readonly #table: PartTable;
  readonly #spread: (page: Page) => readonly Share[];
  /** Parts that the page at hand went to. */
  #touched = new Set<PartFile>();
  #finished: PartFile[] = [];

  constructor(parts: PagePartsParts, table = new PartTable()) {
    this.#parts = parts;
    this.#table = table;
    const { template, roll } = parts.options;
    this.#spread = spreader(template, slotsBy(template.unit, roll?.everyMs));
  }

  /** When the time of the first part is over, at the earliest. */
  get until(): number {
    return this.#table.until;
  }

  /** Where all of them are. */
  get places(): readonly PartPlace[] {
    return [...this.#finished, ...this.#table.all].map(({ place }) => place);
  }

  /** So many of them, the one that was used last behind the others. */
  newest(most: number): readonly PartFile[] {
    return [...this.#finished, ...this.#table.all].slice(-most);
  }

  /** Pages go to this part, too. */
  take(part: PartFile): void {
    this.#table.add(part);
  }

  /**
   * Writes a page.
   *
   * @param names which are taken
   * @throws {SinkError} when the system refuses
   */
  async store(page: Page, names: FileNames): Promise<void> {
    for (const share of this.#spread(page)) await this.#storeShare(page, share, names);
    if (this.#parts.options.fsync === 'page') await this.#syncTouched();
  }

  /** Where the page that was stored last is. To be called once for each. */
  takePositions(isAwaited: boolean): readonly FilePosition[] {
    const touched = this.#touched;
    this.#touched = new Set();
    return isAwaited ? Array.from(touched, (part) => part.position()) : [];
  }

  /** Nothing more goes to parts whose time was over by then. */
  finishUntil(time: number): void {
    this.#finished.push(...this.#table.takeOver(time));
  }

  /** Parts that nothing more goes to, closed. To be called once for each. */
  async takeFinished(): Promise<readonly PartFile[]> {
    const finished = this.#finished;
    this.#finished = [];
    for (const part of finished) {
      try {
        await this.#table.close(part);
      } catch (cause) {
        throw this.#failure('close', this.#parts.account.unsureText, cause, part);
      }
    }
    return finished;
  }

  /**
   * Closes what is left, for the next run.
   *
   * @returns what was left
   */
  async closeAll(): Promise<readonly PartFile[]> {
    const left = [...this.#finished, ...this.#table.all];
    for (const part of left) {
      if (this.#parts.options.fsync !== 'never') await part.sync();
      await part.close();
    }
    return left;
  }

  async #storeShare(page: Page, share: Share, names: FileNames): Promise<void> {
    const { roll = {} } = this.#parts.options;
    const { ranges } = share;
    let pending: number[] = [];
    let part: PartFile | undefined;
    for (let at = 0; at < ranges.length; at += 2) {
      for (let line = ranges[at]!; line < ranges[at + 1]!; ) {
        part ??= await this.#partFor(share, page.receivedAt(line), names);
        const lines = part.reserve(page, line, ranges[at + 1]!, roll);
        if (lines > 0) pending.push(line, line + lines);
        line += lines;
        if (lines > 0 && !part.isFull(roll)) continue;
        await this.#storeLines(part, page, pending);
        this.#finish(part);
        pending = [];
        part = undefined;
      }
    }
    if (part !== undefined) await this.#storeLines(part, page, pending);
  }

  async #storeLines(part: PartFile, page: Page, ranges: readonly number[]): Promise<void> {
    if (ranges.length === 0) return;
    const { account } = this.#parts;
    const before = part.facts.records;
    this.#touched.add(part);
    await part.store(page, ranges, ({ cause, isCut }) => {
      account.records += part.facts.records - before;
      const { storedText } = account;
      return this.#failure('write to', isCut ? storedText : `${storedText} What follows is torn.`, cause, part);
    });
    account.records += part.facts.records - before;
  }

  /** The part that these records go to, open. */
  async #partFor(share: Share, time: number, names: FileNames): Promise<PartFile> {
    let part = this.#table.get(share.key);
    if (part === undefined) {
      const { surplus } = this.#table;
      if (surplus !== undefined) {
        this.#finish(surplus);
        this.#parts.onSurplus();
      }
      part = await this.#newPart(share, time, names);
      this.#table.add(part);
    }
    try {
      await this.#open(part);
      await this.#table.opened(part);
    } catch (cause) {
      throw this.#failure('open', this.#parts.account.storedText, cause, part);
    }
    return part;
  }

  async #newPart({ key, names, slot }: Share, time: number, taken: FileNames): Promise<PartFile> {
    const { options, account } = this.#parts;
    const { state, template } = options;
    let part: PartFile | undefined;
    try {
      const name = await taken.next(time, names);
      const path = resolve(template.folder, name + PART_SUFFIX);
      part = new PartFile({ name, path, key, names, slot }, NO_FACTS, 0);
      await this.#open(part);
      await state?.begin(path, writtenFacts(NO_FACTS, names, slot));
      return part;
    } catch (cause) {
      await part?.close().catch(() => {});
      throw this.#failure('open', account.storedText, cause);
    }
  }

  /** A new name, or a folder for it, takes room, too. */
  async #open(part: PartFile): Promise<void> {
    const { patience, fullDisk } = this.#parts;
    for (;;) {
      try {
        return await part.open(patience, fullDisk);
      } catch (cause) {
        if (!isDiskFull(cause) || !(await fullDisk?.wait(cause))) throw cause;
      }
    }
  }

  /** Nothing more goes to this part. */
  #finish(part: PartFile): void {
    this.#table.remove(part);
    this.#finished.push(part);
  }

  async #syncTouched(): Promise<void> {
    for (const part of this.#touched) {
      try {
        await part.sync();
      } catch (cause) {
        throw this.#failure('force to the disk', this.#parts.account.unsureText, cause, part);
      }
    }
  }

  #failure(action: string, state: string, cause: unknown, part?: PartFile): Error {
    return this.#parts.account.failure(action, state, cause, part?.place.path);
  }
}
