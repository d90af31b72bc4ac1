import type { Page } from '../batch/page.js';
import { lastStored } from '../batch/page-facts.js';
import type { FilePosition } from '../batch/sink-position.js';
import type { Gap } from '../frame/gap.js';
import type { TimerHandle } from '../internal/clock.js';
import { isDiskFull } from '../internal/disk-full.js';
import { type DiskRoom, DiskWatch } from '../internal/disk-watch.js';
import { SyncTimer } from '../internal/sync-timer.js';
import { writtenDown } from '../state/state.js';
import type { Backlog, Next } from './backlog.js';
import { type DroppedStretch, joined } from './dropped.js';
import { type EntryHead, entryLength, HEAD_BYTES, nextSequence } from './entry.js';
import type { ResolvedSpoolOptions } from './options.js';
import type { SpoolDisk } from './spool-disk.js';
import type { SpoolLedger } from './spool-ledger.js';
import type { SpoolNotices } from './spool-notices.js';
import type { SpoolStore } from './store.js';
import { damagedGap, droppedGap, gapPage } from './told-gap.js';

/** What waits in a spool: what its sink has not stored. */
export interface SpoolBacklog {
  /** Without gaps. */
  readonly records: number;
  /** On the disk. */
  readonly bytes: number;
  /** When the oldest record came, in epoch milliseconds; `undefined` when none waits. */
  readonly oldestAt: number | undefined;
}

/** What {@link Spooling} is made of. */
export interface SpoolingParts {
  readonly folder: string;
  readonly id: string;
  readonly options: ResolvedSpoolOptions;
  readonly disk: SpoolDisk;
  readonly notices: SpoolNotices;
  readonly store: SpoolStore;
  readonly backlog: Backlog;
  readonly ledger: SpoolLedger;
  /** The number of the last page that is stored. */
  readonly acknowledged: number;
  readonly waiting: SpoolBacklog;
  /** Whether nothing is handed on before {@link Spooling.letGo}. */
  readonly isHeld: boolean;
}

/** The last page that is stored, what the frame behind it is numbered, and when its last record came, in epoch milliseconds. */
export interface KnownPage {
  readonly page: number;
  readonly next: number;
  readonly receivedAt: number;
}

/** Who is told what becomes of a spool. */
export interface SpoolingOwner {
  /** There may be room for a page that there was none for. */
  onRoom(): void;
  /** Pages may be handed on from now on. */
  onLetGo(): void;
  onGap(gap: Gap): void;
  /** The disk fails: nothing more can be kept. */
  onFailed(error: unknown): void;
}

/**
 * A spool without its stream: pages are written down, handed on in order, and go when the sink has stored them and that is
 * written down, on the disk.
 */
export class Spooling {
  readonly #parts: SpoolingParts;
  #owner: SpoolingOwner | undefined;
  #failure: { readonly error: unknown } | undefined;
  #acknowledged: number;
  /** The number of the page that was handed on last. */
  #handedOn: number;
  /** Numbers that no page stands for, each behind the one that was handed on before. */
  readonly #skipped: { readonly after: number; readonly number: number }[] = [];
  /** When the records came that are handed on and not stored. */
  readonly #handedOnAt: { readonly page: number; readonly at: number }[] = [];
  #records: number;
  #bytes: number;
  #oldestAt: number;
  #dropped = 0;
  /** What came and was dropped, and is not written down yet. */
  #stretch: DroppedStretch | undefined;
  #isFull = false;
  #isToldFull = false;
  #toldFullAt = Number.NEGATIVE_INFINITY;
  #isEnding = false;
  #isHeld: boolean;
  #url = '';
  readonly #syncs: SyncTimer;
  #roomTimer: TimerHandle | undefined;
  #forgetting: Promise<void> | undefined;
  readonly #watch: DiskWatch;

  constructor(parts: SpoolingParts) {
    this.#parts = parts;
    this.#acknowledged = parts.acknowledged;
    this.#handedOn = parts.acknowledged;
    this.#records = parts.waiting.records;
    this.#bytes = parts.waiting.bytes;
    this.#oldestAt = parts.waiting.oldestAt ?? 0;
    this.#isHeld = parts.isHeld;
    const { folder, disk, options, notices } = parts;
    const { clock } = options;
    this.#syncs = new SyncTimer(clock, options.sync, () => this.#sync());
    const onLow = (room: DiskRoom): void => notices.diskLow(room);
    const onRoom = (room: DiskRoom): void => notices.diskRoom(room);
    this.#watch = new DiskWatch({ folder, roomOf: disk.room, clock, onLow, onRoom }, true);
  }

  set owner(owner: SpoolingOwner) {
    this.#owner = owner;
    if (this.#failure !== undefined) owner.onFailed(this.#failure.error);
  }

  /** What the sink has not stored. */
  get waiting(): SpoolBacklog {
    const isEmpty = this.#acknowledged >= this.#parts.store.next - 1;
    if (isEmpty) return { records: 0, bytes: 0, oldestAt: undefined };
    const oldestAt = this.#handedOnAt[0]?.at ?? this.#oldestAt;
    return { records: this.#records, bytes: this.#bytes, oldestAt };
  }

  /** Records that were dropped since it was full. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Whether everything was handed on. */
  get isAllHandedOn(): boolean {
    return this.#parts.backlog.isEmpty;
  }

  /** Whether so much waits that what comes may have to wait on the disk alone. */
  get isCrowded(): boolean {
    return this.#parts.backlog.isCrowded;
  }

  /** Whether it is not known yet what is stored, so that nothing may be handed on. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** It is known what is stored: up to a page, or, where nobody knows more, what was known at the begin. */
  letGo(stored: KnownPage | undefined): void {
    this.#isHeld = false;
    if (stored !== undefined && stored.page > this.#acknowledged) this.#passOver(stored);
    this.#owner?.onLetGo();
  }

  /** A page was passed over that is stored. */
  passed(head: EntryHead): void {
    this.#records -= head.records;
    this.#bytes -= entryLength(head);
  }

  /** From here on what comes is what was on its way, and is taken beyond `max_bytes`. */
  end(): void {
    this.#isEnding = true;
    this.#owner?.onRoom();
  }

  /** Takes a page in. Returns false when there is no room for it: then `onRoom()` says when to try again. */
  offer(page: Page): boolean {
    const { onFull } = this.#parts.options;
    this.#url = page.frame(0).url;
    // Facts are mostly where the lines end.
    const size = HEAD_BYTES + page.bytes.length + page.length * 4;
    for (;;) {
      const refusal = this.#isOverBudget(size) ? { cause: undefined } : this.#written(page);
      if (refusal === undefined) return true;
      if (onFull === 'block') {
        this.#full(refusal.cause, 'The socket is paused until there is room');
        if (refusal.cause !== undefined) this.#tryAgainLater();
        this.#makeRoom();
        return false;
      }
      if (onFull === 'drop_oldest' && this.#dropOldest(refusal.cause)) continue;
      this.#dropNewest(page, refusal.cause);
      return true;
    }
  }

  /** What is next and in memory, ready to be given to the sink; `null` for something that no line tells. */
  take(): Page | null | undefined {
    const next = this.#parts.backlog.take();
    return next && this.#handOn(next);
  }

  /** The same of what is on the disk; `undefined` when nothing is. */
  async read(): Promise<Page | null | undefined> {
    const next = await this.#parts.backlog.read();
    return next && this.#handOn(next);
  }

  /** Nothing more comes: what is to be told of dropped pages is written down, and all forced to the disk. */
  async finish(): Promise<void> {
    try {
      this.#writeStretch();
    } catch {
      // There is no room even for that: it was told as it happened.
    }
    await this.#sync();
  }

  /** Nothing more is stored either. */
  async close(): Promise<void> {
    const { clock } = this.#parts.options;
    const { store, backlog, ledger } = this.#parts;
    await this.#syncs.stop();
    if (this.#roomTimer !== undefined) clock.clearTimeout(this.#roomTimer);
    try {
      await this.finish();
      await store.close();
      await this.#forgetting;
      if (this.#failure === undefined) await this.#forget();
    } finally {
      await backlog.close();
      await ledger.close();
    }
  }

  #passOver({ page, next, receivedAt }: KnownPage): void {
    const { store, backlog } = this.#parts;
    const waiting = store.segments.filter(({ last, isEmpty }) => !isEmpty && last > page);
    this.#records = waiting.reduce((sum, { records }) => sum + records, 0);
    this.#bytes = waiting.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#oldestAt = waiting[0]?.firstAt ?? 0;
    this.#handedOn = page;
    backlog.passOver(page, { next, receivedAt });
    this.#stored(page, { next, receivedAt, records: 0, cursor: undefined, files: [] });
  }

  #isOverBudget(size: number): boolean {
    const { store, options } = this.#parts;
    return !this.#isEnding && store.bytes > 0 && store.bytes + size > options.maxBytes;
  }

  /** Returns why there is no room, when there is none. */
  #written(page: Page): { readonly cause: unknown } | undefined {
    const { store, backlog } = this.#parts;
    try {
      this.#writeStretch();
      const written = store.append(page);
      this.#records += written.head.records;
      this.#bytes += written.bytes;
      if (this.#isFull) this.#hasRoom();
      if (!backlog.add(page, written)) page.release();
      this.#syncs.written();
      return undefined;
    } catch (cause) {
      if (!isDiskFull(cause)) throw cause;
      return { cause };
    }
  }

  #writeStretch(): void {
    const stretch = this.#stretch;
    if (stretch === undefined) return;
    const written = this.#parts.store.appendDropped(stretch);
    this.#stretch = undefined;
    this.#bytes += written.bytes;
    this.#parts.backlog.waitOnDisk(written);
  }

  /** Returns whether something was dropped. */
  #dropOldest(cause: unknown): boolean {
    const { store, backlog } = this.#parts;
    const before = store.bytes;
    const stretch = store.dropOldest(backlog.pinned);
    if (stretch === undefined) return false;
    this.#full(cause, 'What waits longest is dropped');
    this.#dropped += stretch.records;
    this.#records -= stretch.records;
    this.#bytes -= before - store.bytes;
    return true;
  }

  #dropNewest(page: Page, cause: unknown): void {
    this.#full(cause, 'What comes is dropped');
    const { sequence: firstSequence, receivedAt: firstAt, connection } = page.frame(0);
    const { next, receivedAt: lastAt, records } = lastStored(page);
    this.#dropped += records;
    this.#stretch = joined(this.#stretch, { from: 0, records, firstSequence, next, firstAt, lastAt, connection });
    page.release();
  }

  #full(cause: unknown, what: string): void {
    if (this.#isFull) return;
    this.#isFull = true;
    const now = this.#parts.options.clock.monotonic();
    // It may go up and down at its limit for hours.
    if (now - this.#toldFullAt < TELL_EVERY_MS) return;
    this.#toldFullAt = now;
    this.#isToldFull = true;
    this.#parts.notices.full(cause, what);
  }

  #hasRoom(): void {
    this.#isFull = false;
    if (this.#isToldFull) this.#parts.notices.roomAgain();
    this.#isToldFull = false;
  }

  /** All that is there may be stored already, in a segment that is not finished. */
  #makeRoom(): void {
    const { store } = this.#parts;
    if (this.#acknowledged >= store.next - 1) store.roll();
    this.#forgetSoon();
  }

  #tryAgainLater(): void {
    this.#roomTimer ??= this.#parts.options.clock.setTimeout(() => {
      this.#roomTimer = undefined;
      this.#owner?.onRoom();
    }, TRY_AGAIN_MS);
  }

  #handOn(next: Next): Page | null {
    if (next.kind !== 'page') return this.#tell(next);
    const { page, head } = next;
    // The sink may release it before it is told.
    const { cursor } = page;
    this.#url = page.frame(0).url;
    const number = head.page;
    const size = entryLength(head);
    this.#handedOnAt.push({ page: number, at: head.firstAt });
    this.#given(page, number, (files) => {
      this.#records -= head.records;
      this.#bytes -= size;
      this.#oldestAt = head.lastAt;
      const { records, lastAt: receivedAt } = head;
      this.#stored(number, { next: nextSequence(head), receivedAt, records, cursor, files });
    });
    return page;
  }

  /** Something is missing here. */
  #tell(next: Exclude<Next, { kind: 'page' }>): Page | null {
    const { options } = this.#parts;
    const gap = next.kind === 'hole' ? damagedGap(next.hole, options) : droppedGap(next.stretch, options);
    this.#owner?.onGap(gap);
    const { number } = next;
    if (options.gaps === 'events') {
      this.#skipped.push({ after: this.#handedOn, number });
      this.#handedOn = number;
      this.#passSkipped();
      return null;
    }
    const page = gapPage(gap, this.#url);
    const { receivedAt } = page.frame(0);
    this.#given(page, number, (files) => {
      const nextNumber = Number(gap.beforeSequence);
      this.#stored(number, { next: nextNumber, receivedAt, records: 0, cursor: undefined, files });
    });
    return page;
  }

  #given(page: Page, number: number, onStored: (files: readonly FilePosition[]) => void): void {
    this.#handedOn = number;
    page.spooled = { id: this.#parts.id, page: number };
    page.whenAcknowledged(({ files = [] }) => onStored(files));
  }

  #stored(
    number: number,
    facts: {
      readonly next: number;
      readonly receivedAt: number;
      readonly records: number;
      readonly cursor: Page['cursor'];
      readonly files: readonly FilePosition[];
    },
  ): void {
    this.#acknowledged = Math.max(this.#acknowledged, number);
    while (this.#handedOnAt.length > 0 && this.#handedOnAt[0]!.page <= number) this.#handedOnAt.shift();
    this.#passSkipped();
    if (this.#acknowledged >= this.#parts.store.next - 1) {
      // What could not be read is counted no longer.
      this.#records = 0;
      this.#bytes = 0;
    }
    try {
      this.#parts.ledger.add({ page: this.#acknowledged, ...facts });
    } catch (error) {
      this.fail(error);
      return;
    }
    this.#syncs.written();
    if (this.#isFull) this.#makeRoom();
    else this.#forgetSoon();
  }

  #passSkipped(): void {
    while (this.#skipped.length > 0 && this.#skipped[0]!.after <= this.#acknowledged) {
      this.#acknowledged = Math.max(this.#acknowledged, this.#skipped.shift()!.number);
    }
  }

  /** Removes what is stored, when there is a whole segment of it. */
  #forgetSoon(): void {
    const { store } = this.#parts;
    const oldest = store.segments[0];
    if (oldest === undefined || oldest.last > this.#acknowledged || store.isActive(oldest)) return;
    let isForgotten = false;
    this.#forgetting ??= this.#forget()
      .then(
        (isDone) => {
          isForgotten = isDone;
          this.#owner?.onRoom();
        },
        (error) => this.fail(error),
      )
      .finally(() => {
        this.#forgetting = undefined;
        if (isForgotten && this.#failure === undefined) this.#forgetSoon();
      });
  }

  /**
   * First it is written down, on the disk, that it is stored. Where there is no room for that, what is stored stays as long as there is room
   * for new pages: a run after this one delivers it once more.
   *
   * @returns whether it was done; otherwise it is tried again when the next page is stored
   */
  async #forget(): Promise<boolean> {
    const { store, ledger, options, notices } = this.#parts;
    const stored = this.#acknowledged;
    const isWrittenDown = (await options.state?.[writtenDown]()) ?? true;
    await ledger.sync();
    await store.settle();
    if (!(isWrittenDown && ledger.isWrittenDown) && !this.#isFull) return false;
    for (const name of await store.forget(stored)) notices.keptAside(name);
    return true;
  }

  async #sync(): Promise<void> {
    const { store, ledger, options } = this.#parts;
    if (options.sync === 'never' || this.#failure !== undefined) return;
    try {
      await store.sync();
      if (options.state === undefined && ledger.isDirty) await ledger.sync();
    } catch (error) {
      this.fail(error);
    }
    await this.#watch.look();
  }

  /** Nothing more can be kept. */
  fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = { error };
    this.#owner?.onFailed(error);
  }
}

const TRY_AGAIN_MS = 1_000;
const TELL_EVERY_MS = 60_000;
