import { type EntryHead, nextSequence } from './entry.js';

/** A file of the spool, and what is known of the pages in it. */
export class Segment {
  /** The number of its first page, which is in its name. */
  readonly first: number;
  readonly path: string;
  /** How many bytes are written. */
  bytes = 0;
  /** The number of its last page; one less than the first while there is none. */
  last: number;
  /** Without gaps. */
  records = 0;
  firstSequence = 0;
  /** What the frame behind it is numbered. */
  next = 0;
  /** In epoch milliseconds. */
  firstAt = 0;
  lastAt = 0;
  /** Of its first page: the connection, as far as that is known. */
  connection = 0;
  /** Whether it stands for pages that were dropped, and has none. */
  isDropped = false;
  /** Whether something in it was found damaged: it is kept beside when its pages are stored. */
  isDamaged = false;

  constructor(first: number, path: string) {
    this.first = first;
    this.path = path;
    this.last = first - 1;
  }

  /** Whether it has no page. */
  get isEmpty(): boolean {
    return this.last < this.first;
  }

  /** There is one more entry in it. */
  count(head: EntryHead): void {
    if (head.kind === 'end') return;
    const isDropped = head.kind === 'dropped';
    if (this.isEmpty) {
      this.firstSequence = head.firstSequence;
      this.firstAt = head.firstAt;
      this.isDropped = isDropped;
    } else this.isDropped &&= isDropped;
    this.last = Math.max(this.last, head.page);
    this.records += head.records;
    this.next = nextSequence(head);
    this.lastAt = head.lastAt;
  }

  /** The sum of all entries, for its end. */
  get sum(): EntryHead {
    return {
      ...{ kind: 'end', page: this.last, bodyLength: 0, factsLength: 0, contentCrc: 0 },
      records: this.records,
      firstSequence: this.firstSequence,
      lastSequence: this.records > 0 ? this.next - 1 : this.next,
      firstAt: this.firstAt,
      lastAt: this.lastAt,
    };
  }

  /** The same, read. */
  sumUp(sum: EntryHead): void {
    this.last = sum.page;
    this.records = sum.records;
    this.firstSequence = sum.firstSequence;
    this.next = nextSequence(sum);
    this.firstAt = sum.firstAt;
    this.lastAt = sum.lastAt;
  }
}

/** What the segment is called that begins with this page. */
export function segmentName(first: number): string {
  return `seg-${String(first).padStart(16, '0')}.spool`;
}

/** With which page a file of this name begins; `undefined` when it is no segment. */
export function firstPageOf(name: string): number | undefined {
  const digits = /^seg-(\d{16})\.spool$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
