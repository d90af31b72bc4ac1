import { open } from 'node:fs/promises';
import type { Page } from '../batch/page.js';
import type { PageBytes } from '../batch/page-bytes.js';
import { PageMemory } from '../batch/page-memory.js';
import { type DroppedStretch, decodeDropped } from './dropped.js';
import { type EntryHead, nextSequence } from './entry.js';
import { decodePage } from './page-entry.js';
import type { Segment } from './segment.js';
import { type Found, SegmentReader } from './segment-reader.js';
import type { SpoolStore, Written } from './store.js';

/** What comes out of a spool next. */
export type Next =
  | { readonly kind: 'page'; readonly page: Page; readonly head: EntryHead }
  /** Pages were dropped here, up to the one of this number. */
  | { readonly kind: 'dropped'; readonly stretch: DroppedStretch; readonly number: number }
  /** Pages are missing here, up to the one of this number. */
  | { readonly kind: 'hole'; readonly hole: Hole; readonly number: number };

/** A stretch of pages that cannot be read any more. */
export interface Hole {
  /** What the frame behind the last that can be read is numbered; `undefined` when there is none. */
  readonly after: number | undefined;
  /** The number of the frame behind it. */
  readonly before: number;
  /** In epoch milliseconds: of the last record before it, and the first one after it. */
  readonly from: number;
  readonly to: number;
}

/** Where an entry begins: in the segment with this first page. */
export interface Place {
  readonly segment: number;
  readonly at: number;
}

/** What the frame behind a page is numbered, and when its last record came, in epoch milliseconds. */
interface Stored {
  readonly next: number;
  readonly receivedAt: number;
}

/** What a backlog is made of. */
export interface BacklogParts {
  readonly store: SpoolStore;
  /** The number of the last page that was stored by the sink. */
  readonly acknowledged: number;
  /** Where pages of an earlier run begin, when there are any. */
  readonly from: Place | undefined;
  /** How far the sink had come; `undefined` when that is not known. */
  readonly stored: Stored | undefined;
  /** What is missing before all that waits. */
  readonly missing?: Hole | undefined;
  readonly memoryBytes: number;
  /** Whether memory of pages that are released is used again. */
  readonly isReused: boolean;
  /** A page was passed over that is stored. */
  readonly onPassed: (head: EntryHead) => void;
  readonly onDamage: (segment: Segment, bytes: number) => void;
  readonly onUnreadable: (segment: Segment, error: unknown) => void;
}

/**
 * The pages of a spool that are not handed on yet, in order: the oldest in memory as long as there is room, the rest on the disk
 * alone, from where they are read back. A page that comes while others wait on the disk waits there, too.
 */
export class Backlog {
  readonly #parts: BacklogParts;
  readonly #memory: Waiting[] = [];
  #memoryBytes = 0;
  readonly #pageMemory = new PageMemory();
  /** The number of the next page that is handed on. */
  #expected: number;
  /** How far what was handed on goes. */
  #last: Stored | undefined;
  /** Whether pages wait on the disk alone, behind those in memory. */
  #isOnDisk: boolean;
  /** Where they begin, where that is known. */
  #from: Place | undefined;
  #open: { readonly segment: Segment; readonly reader: SegmentReader } | undefined;
  /** The first page of the segment that was read last. */
  #readSegment = -1;
  #held: Next | undefined;
  #missing: Hole | undefined;
  #isReading = false;

  constructor(parts: BacklogParts) {
    this.#parts = parts;
    this.#expected = parts.acknowledged + 1;
    this.#last = parts.stored;
    this.#missing = parts.missing;
    this.#from = parts.from;
    this.#isOnDisk = parts.from !== undefined;
  }

  /** Whether nothing waits. */
  get isEmpty(): boolean {
    return this.#memory.length === 0 && !this.#isOnDisk && this.#held === undefined && this.#missing === undefined;
  }

  /** Whether pages wait on the disk alone, or will soon. */
  get isCrowded(): boolean {
    return this.#isOnDisk || this.#memoryBytes > this.#parts.memoryBytes / 2;
  }

  /** The number of the last page that is in memory, or being read: nothing up to it can be dropped. */
  get pinned(): number {
    const newest = this.#memory.at(-1)?.written.head.page ?? this.#expected - 1;
    return this.#isOnDisk && this.#open !== undefined ? Math.max(newest, this.#open.segment.last) : newest;
  }

  /** Pages up to this one are stored, as becomes known before any is handed on. They are in no memory. */
  passOver(page: number, stored: Stored): void {
    this.#expected = page + 1;
    this.#last = stored;
    if (!this.#isOnDisk) return;
    const within = this.#parts.store.segments.find(({ last }) => last > page);
    // From its begin on, so that what is passed in it is told.
    this.#from = within && { segment: within.first, at: 0 };
  }

  /** A page was written. Returns whether it is kept in memory, too. */
  add(page: Page, written: Written): boolean {
    if (this.#isOnDisk) return false;
    if (this.#memory.length > 0 && this.#memoryBytes + written.bytes > this.#parts.memoryBytes) {
      this.waitOnDisk(written);
      return false;
    }
    this.#memory.push({ page, written });
    this.#memoryBytes += written.bytes;
    return true;
  }

  /** What was written is on the disk alone. */
  waitOnDisk({ segment, start }: Written): void {
    if (this.#isOnDisk) return;
    this.#isOnDisk = true;
    this.#from = { segment: segment.first, at: start };
  }

  /** What is next, as far as it is in memory. */
  take(): Next | undefined {
    const missing = this.#missing;
    this.#missing = undefined;
    if (missing !== undefined) return { kind: 'hole', hole: missing, number: this.#expected - 1 };
    if (this.#held !== undefined) return this.#takeHeld();
    if (this.#isReading) return undefined;
    const waiting = this.#memory.shift();
    if (waiting === undefined) return undefined;
    const { page, written } = waiting;
    this.#memoryBytes -= written.bytes;
    return this.#inOrder({ kind: 'page', page, head: written.head });
  }

  /** What is next on the disk, to be called when {@link take} has nothing; `undefined` when nothing is, or {@link take} has something again. */
  async read(): Promise<Next | undefined> {
    this.#isReading = true;
    try {
      // Once nothing is left on the disk, pages may come while the reader is closed: first into memory, and those behind them onto the disk.
      while (this.#isOnDisk && this.#memory.length === 0) {
        const found = await this.#readOn();
        const next = found === undefined ? undefined : this.#understood(found);
        if (next !== undefined) return this.#inOrder(next);
      }
      return undefined;
    } finally {
      this.#isReading = false;
    }
  }

  async close(): Promise<void> {
    const { reader } = this.#open ?? {};
    this.#open = undefined;
    await reader?.close();
  }

  async #readOn(): Promise<Read | undefined> {
    const { store, onUnreadable } = this.#parts;
    const segment = this.#open?.segment ?? this.#nextSegment();
    if (segment === undefined) {
      this.#isOnDisk = false;
      return undefined;
    }
    let memory: PageBytes | undefined;
    try {
      this.#open ??= await this.#opened(segment);
      const { reader } = this.#open;
      const found = await reader.next(segment.bytes, (size) => {
        memory = this.#pageMemory.take(size);
        return memory;
      });
      if (found !== undefined) return { found, segment, memory };
      // Something may have come meanwhile.
      if (reader.at < segment.bytes) return undefined;
      if (store.isActive(segment)) {
        this.#isOnDisk = false;
        await this.close();
        return undefined;
      }
    } catch (error) {
      // Nobody can have what is there, and the rest is not to wait for it.
      segment.isDamaged = (error as NodeJS.ErrnoException).code !== 'ENOENT';
      onUnreadable(segment, error);
    }
    this.#readSegment = segment.first;
    await this.close();
    return undefined;
  }

  /** The oldest segment that is not read. */
  #nextSegment(): Segment | undefined {
    const from = this.#from?.segment ?? this.#readSegment + 1;
    return this.#parts.store.segments.find(
      ({ first, last, isEmpty }) => first >= from && (isEmpty || last >= this.#expected),
    );
  }

  async #opened(segment: Segment): Promise<{ readonly segment: Segment; readonly reader: SegmentReader }> {
    const at = this.#from?.segment === segment.first ? this.#from.at : 0;
    this.#from = undefined;
    return { segment, reader: new SegmentReader(await open(segment.path, 'r'), at) };
  }

  #understood({ found, segment, memory }: Read): Exclude<Next, { kind: 'hole' }> | undefined {
    if (found.kind === 'damage') {
      segment.isDamaged = true;
      this.#parts.onDamage(segment, found.end - found.start);
      return undefined;
    }
    const { head, content } = found;
    // What is stored already, or stands there twice, is left out.
    if (head.kind === 'end' || head.page < this.#expected) {
      if (memory !== undefined) this.#pageMemory.giveBack(memory);
      if (head.kind !== 'end') this.#parts.onPassed(head);
      return undefined;
    }
    if (head.kind === 'dropped') {
      return { kind: 'dropped', stretch: decodeDropped(content.facts), number: head.page };
    }
    const release = this.#parts.isReused && memory !== undefined ? this.#releaseOf(memory) : undefined;
    return { kind: 'page', page: decodePage(content, release), head };
  }

  #releaseOf(memory: PageBytes): () => void {
    return () => this.#pageMemory.giveBack(memory);
  }

  /** The same, or, when pages are missing before it, those first. */
  #inOrder(next: Exclude<Next, { kind: 'hole' }>): Next {
    const first = next.kind === 'dropped' ? next.stretch.from : numberOf(next);
    if (first <= this.#expected) return this.#passed(next);
    this.#held = next;
    this.#expected = first;
    const { firstSequence: before, firstAt: to } = next.kind === 'page' ? next.head : next.stretch;
    const { next: after, receivedAt: from = to } = this.#last ?? {};
    return { kind: 'hole', hole: { after, before, from, to }, number: first - 1 };
  }

  #takeHeld(): Next {
    const held = this.#held!;
    this.#held = undefined;
    return this.#passed(held);
  }

  #passed(next: Next): Next {
    this.#expected = numberOf(next) + 1;
    if (next.kind === 'page') this.#last = { next: nextSequence(next.head), receivedAt: next.head.lastAt };
    return next;
  }
}

function numberOf(next: Next): number {
  return next.kind === 'page' ? next.head.page : next.number;
}

interface Waiting {
  readonly page: Page;
  readonly written: Written;
}

interface Read {
  readonly found: Found;
  readonly segment: Segment;
  /** What was taken for the body. */
  readonly memory: PageBytes | undefined;
}
