import { type FileHandle, open } from 'node:fs/promises';
import type { Page } from '../batch/page.js';
import { decodeDropped } from '../spool/dropped.js';
import { type EntryHead, entryLength } from '../spool/entry.js';
import { decodePage } from '../spool/page-entry.js';
import { firstPageOf, Segment } from '../spool/segment.js';
import { type EntryContent, type Found, SegmentReader } from '../spool/segment-reader.js';
import { unreadable } from './audit-file.js';
import { FileFindings } from './file-findings.js';
import type { AuditListener, FileFacts } from './finding.js';
import { type Course, LineAudit } from './line-audit.js';
import { LineCutter } from './line-cutter.js';
import type { PageOrder } from './page-order.js';

/** What is known of a segment before it is read. */
export interface SegmentToAudit {
  readonly path: string;
  readonly name: string;
  /** Whether it is the newest one: a run that died while it wrote leaves its end torn. */
  readonly isLast: boolean;
  readonly isInUse: boolean;
  /** The number of the last page that the sink has stored: the lines of those before are looked at where that has them. */
  readonly acknowledged: number;
  readonly order: PageOrder;
  readonly course: Course;
}

/** Pages that the sink has not stored. */
export interface Waiting {
  readonly pages: number;
  readonly records: number;
  readonly bytes: number;
}

/** Reads a segment of a spool, past all damage. Returns what of it waits. */
export async function auditSegment(segment: SegmentToAudit, listener: AuditListener): Promise<Waiting> {
  const { path, isInUse } = segment;
  const findings = new FileFindings(path, listener);
  findings.isInUse = isInUse;
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r');
    return await new SegmentAudit(segment, findings, listener).run(handle);
  } catch (cause) {
    // A run removes what is stored.
    const isRemoved = isInUse && (cause as NodeJS.ErrnoException).code === 'ENOENT';
    if (!isRemoved) findings.wrong('unreadable', unreadable(cause));
    return { pages: 0, records: 0, bytes: 0 };
  } finally {
    findings.close();
    await handle?.close();
  }
}

class SegmentAudit {
  readonly #segment: SegmentToAudit;
  readonly #findings: FileFindings;
  readonly #listener: AuditListener;
  readonly #lines: LineAudit;
  readonly #cutter: LineCutter;
  /** All that is sound in it, as its writer counts. */
  readonly #counted: Segment;
  readonly #waiting = { pages: 0, records: 0, bytes: 0 };
  #gaps = 0;
  /** Whether something before was damaged: then its sum tells more than is there. */
  #isDamaged = false;
  /** Whether its sum was read, behind which nothing comes. */
  #isOver = false;

  constructor(segment: SegmentToAudit, findings: FileFindings, listener: AuditListener) {
    this.#segment = segment;
    this.#findings = findings;
    this.#listener = listener;
    this.#lines = new LineAudit(findings, segment.course);
    this.#cutter = new LineCutter(this.#lines);
    this.#counted = new Segment(firstPageOf(segment.name)!, segment.path);
  }

  async run(handle: FileHandle): Promise<Waiting> {
    const { path: file, course } = this.#segment;
    const { size } = await handle.stat();
    const reader = new SegmentReader(handle);
    let memory = Buffer.alloc(0) as ReturnType<typeof Buffer.allocUnsafeSlow>;
    const take = (bytes: number): typeof memory => {
      if (bytes > memory.length) memory = Buffer.allocUnsafeSlow(bytes);
      return memory;
    };
    for (;;) {
      const found = await reader.next(size, take);
      if (found === undefined) break;
      if (found.kind === 'damage') this.#damage(found, size);
      else this.#entry(found.head, found.content, found.start);
      // The memory of a page is used again.
      this.#lines.release();
      this.#listener.progress({ file, read: reader.at, size });
    }
    this.#lines.end(this.#cutter.takeRest(), false);
    const facts: FileFacts = {
      ...{ file, bytes: size, records: this.#counted.records, gaps: this.#gaps },
      wrong: this.#findings.wrongs,
      checked: ['lines', ...(course.numbers === undefined ? [] : (['sequence'] as const)), 'spool'],
    };
    this.#listener.read(facts);
    return this.#waiting;
  }

  #damage({ start, end, head }: Extract<Found, { kind: 'damage' }>, size: number): void {
    this.#isDamaged = true;
    const place = { byte: start };
    if (head !== undefined) {
      this.#wrong(`Page ${head.page} is not what was written: its checksum is another one`, place);
      this.#follow(head, head.page, start);
    } else if (end === size && this.#segment.isLast) {
      const message = `It ends in the middle of a page: ${end - start} bytes are left of that, which the next run cuts off.`;
      this.#findings.wrong('torn', message, place);
    } else this.#wrong(`${end - start} bytes from byte ${start} on are no page: they are damaged`, place);
    this.#lines.interrupt();
  }

  #entry(head: EntryHead, content: EntryContent, start: number): void {
    if (this.#isOver) this.#wrong('Something stands behind its sum, which ends it', { byte: start });
    this.#isOver = head.kind === 'end';
    if (this.#isOver) {
      this.#compareSum(head, start);
      return;
    }
    try {
      if (head.kind === 'dropped') this.#follow(head, decodeDropped(content.facts).from, start);
      else this.#page(head, decodePage(content), start);
    } catch (cause) {
      this.#isDamaged = true;
      const { message } = cause as Error;
      this.#wrong(`What is said of page ${head.page} cannot be read (${message})`, { byte: start });
    }
  }

  #page(head: EntryHead, page: Page, start: number): void {
    const { isEmpty, first } = this.#counted;
    if (isEmpty && !this.#isDamaged && head.page !== first) {
      this.#wrong(`Its name says that it begins with page ${first}, and it begins with page ${head.page}`, {
        byte: start,
      });
    }
    this.#follow(head, head.page, start);
    const records = page.recordsAmong();
    const isAsSaid = records === head.records && areLines(page);
    if (!isAsSaid) this.#wrong(`Page ${head.page} has not the lines that it says`, { byte: start });
    this.#gaps += page.length - records;
    if (head.page <= this.#segment.acknowledged) {
      this.#lines.lines += page.length;
      return;
    }
    this.#cutter.push(page.bytes);
    this.#waiting.pages += 1;
    this.#waiting.records += records;
    this.#waiting.bytes += entryLength(head);
  }

  /** @param from the number of its first page */
  #follow(head: EntryHead, from: number, start: number): void {
    const problem = this.#segment.order.take(head, from);
    if (problem !== undefined) this.#wrong(`It does not follow what stands before: ${problem}`, { byte: start });
    this.#counted.count(head);
  }

  #compareSum(sum: EntryHead, start: number): void {
    const { sum: counted } = this.#counted;
    const isRight =
      sum.page === counted.page && sum.records === counted.records && sum.lastSequence === counted.lastSequence;
    if (!isRight && !this.#isDamaged) {
      const message = `Its sum says ${sum.records} records up to page ${sum.page}, and there are ${counted.records} up to page ${counted.page}`;
      this.#wrong(message, { byte: start });
    }
  }

  #wrong(problem: string, place: { readonly byte: number }): void {
    this.#findings.wrong('spool', `${problem}.`, place);
  }
}

/** Whether each line ends where it is said. */
function areLines({ bytes, ends }: Page): boolean {
  let last = -1;
  for (const end of ends) {
    if (end <= last || bytes[end] !== LF) return false;
    last = end;
  }
  return last === bytes.length - 1;
}

const LF = 0x0a;
