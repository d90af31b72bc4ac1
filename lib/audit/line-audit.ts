import { JsonCheck } from '../json/check.js';
import { FieldReader, scalarAt } from '../json/field.js';
import type { SequenceStats } from '../telemetry/stats.js';
import { type FileFindings, zeroBytes } from './file-findings.js';
import { beginsWith, type GapLine, GapLineReader, nonsenseOf } from './gap-line.js';
import type { LineTaker, Rest } from './line-cutter.js';
import type { NumberAudit } from './number-audit.js';

/** What of lines goes on from one file to the next. */
export interface Course {
  /** The last gap line whose numbers are those of frames. */
  lastGap: GapLine | undefined;
  readonly numbers: NumberAudit | undefined;
}

/** Looks at each line: is it JSON, and does it make sense where it is a gap line? No object is made of a record. */
export class LineAudit implements LineTaker {
  /** Lines so far: the number of the last one. */
  lines = 0;
  records = 0;
  gaps = 0;
  readonly #check = new JsonCheck();
  readonly #gapLines = new GapLineReader();
  readonly #receivedAt = new FieldReader('received_at');
  readonly #findings: FileFindings;
  readonly #course: Course;
  /** The record before, while its bytes are there. */
  #before: { bytes: Buffer; start: number; end: number } | undefined;
  /** A gap line whose neighbour behind it has not come yet. */
  #gapBefore: { readonly gap: GapLine; readonly line: number } | undefined;
  #emptyLines = 0;
  /** As they were when this file began. */
  readonly #numbers: SequenceStats | undefined;

  constructor(findings: FileFindings, course: Course) {
    this.#findings = findings;
    this.#course = course;
    this.#numbers = course.numbers?.stats;
  }

  line(bytes: Buffer, start: number, end: number): void {
    this.lines += 1;
    if (this.lines === 1 && beginsWith(bytes, start, end, MARK)) {
      this.#findings.note('byte_order_mark', 'It begins with a byte order mark, which is not part of JSON.', {
        line: 1,
      });
      start += MARK.length;
    }
    if (!this.#check.check(bytes, start, end)) this.#refuse(bytes, start, end);
    else if (bytes[start] === OPEN_BRACE && bytes[start + 2] === LOWER_G) this.#braced(bytes, start, end);
    else this.#record(bytes, start, end);
  }

  tooLong(length: number): void {
    this.lines += 1;
    this.#findings.wrong('too_long', `The line has ${length} bytes, and was not looked at.`, { line: this.lines });
    this.#course.numbers?.damage();
  }

  /** The chunk that lines were cut from is done: its bytes may change. */
  release(): void {
    const before = this.#before;
    if (before === undefined) return;
    const { bytes, start, end } = before;
    this.#before =
      end - start > MOST_KEPT
        ? undefined
        : { bytes: Buffer.from(bytes.subarray(start, end)), start: 0, end: end - start };
  }

  /** Bytes in between could not be read; the line that they were in is lost. */
  interrupt(): void {
    this.#before = undefined;
    this.#gapBefore = undefined;
    this.#course.numbers?.damage();
  }

  /**
   * What stands behind the last line feed.
   *
   * @param isTold whether it is known already that the file ends in the middle
   */
  end({ bytes, zeros, length, isTooLong }: Rest, isTold: boolean): void {
    if (this.#emptyLines > 0) {
      const lines = this.#emptyLines === 1 ? 'One line is empty' : `${this.#emptyLines} lines are empty`;
      this.#findings.note('empty_lines', `${lines}, and no record.`);
    }
    if (isTooLong) this.tooLong(length);
    else if (bytes.length > 0) this.#lastLine(bytes, zeros, isTold);
    else if (zeros > 0) {
      const message = `The file ends with ${zeroBytes(zeros)}, as a power failure leaves them.`;
      this.#findings.wrong('zeros', message, { line: this.lines + 1 });
    }
    if (this.#numbers !== undefined) this.#tellNumbers(this.#numbers, this.#course.numbers!.stats);
  }

  #tellNumbers(before: SequenceStats, now: SequenceStats): void {
    const unnumbered = now.unnumbered - before.unnumbered;
    if (unnumbered === this.records && unnumbered > 0) {
      this.#findings.wrong('unnumbered', 'No record has a number there: look where they are, and name that place.');
    } else if (unnumbered > 0) {
      this.#findings.note('unnumbered', `${unnumbered} of ${this.records} records have no number there.`);
    }
    const repeated = now.repeated - before.repeated;
    const backwards = now.backwards - before.backwards + now.restarts - before.restarts;
    if (repeated + backwards === 0) return;
    const message = `The numbers do not only go up: ${repeated} times one comes once more, and ${backwards} times they go back.`;
    this.#findings.note('repeated', message);
  }

  #lastLine(bytes: Buffer, zeros: number, isTold: boolean): void {
    const text = zeros === 0 ? withoutZeros(bytes) : bytes;
    const isWhole = zeros === 0 && this.#check.check(text, 0, text.length) && !isDigit(text[this.#check.end - 1]);
    if (isWhole) this.line(text, 0, text.length);
    const line = isWhole ? this.lines : this.lines + 1;
    if (text.length < bytes.length) {
      const message = `The file ends with ${zeroBytes(bytes.length - text.length)}, as a power failure leaves them.`;
      this.#findings.wrong('zeros', message, { line });
    }
    if (isTold) return;
    if (isWhole && text.length === bytes.length) {
      this.#findings.note('no_line_feed', 'The last line is whole, and has no line feed behind it.', { line });
    } else if (!isWhole) {
      const message = `The last line is torn: its ${text.length + zeros} bytes are no whole record, and have no line feed behind them.`;
      this.#findings.wrong('torn', message, { line });
    }
  }

  #refuse(bytes: Buffer, start: number, end: number): void {
    if (end - start === 0 || (end - start === 1 && bytes[start] === CR)) {
      this.#emptyLines += 1;
      return;
    }
    const { reason, errorOffset } = this.#check;
    const place = { line: this.lines, column: errorOffset - start + 1 };
    this.#findings.wrong(
      'not_json',
      () => `The line is no JSON: ${reason}${near(bytes, errorOffset, start, end)}.`,
      place,
    );
    this.interrupt();
  }

  #record(bytes: Buffer, start: number, end: number): void {
    this.records += 1;
    const { numbers } = this.#course;
    if (numbers !== undefined) this.#number(numbers, bytes, start, end);
    if (this.#gapBefore !== undefined) this.#behindGap(this.#gapBefore, bytes, start, end);
    const before = this.#before;
    if (before === undefined) this.#before = { bytes, start, end };
    else {
      before.bytes = bytes;
      before.start = start;
      before.end = end;
    }
  }

  #number(numbers: NumberAudit, bytes: Buffer, start: number, end: number): void {
    const hole = numbers.record(bytes, start, end);
    if (hole === undefined) return;
    const { after, before, missing, key } = hole;
    const ofKey = key === undefined ? '' : ` of ${JSON.stringify(key)}`;
    const what = Number(missing) === 1 ? 'one number is' : `${missing} numbers are`;
    const message = `Behind ${after}${ofKey} comes ${before}: ${what} missing, and no gap line tells it.`;
    this.#findings.wrong('hole', message, { line: this.lines });
  }

  /** It begins as a gap line does. */
  #braced(bytes: Buffer, start: number, end: number): void {
    const gap = this.#gapLines.read(bytes, start, end);
    if (gap === undefined) {
      this.#record(bytes, start, end);
      return;
    }
    this.gaps += 1;
    this.#course.numbers?.gap(gap);
    const line = this.lines;
    const nonsense = nonsenseOf(gap);
    if (nonsense !== undefined) this.#findings.wrong('gap', `The gap makes no sense: ${nonsense}.`, { line });
    else if (gap.cause !== 'sequence') this.#goOn(gap, line);
    const before = this.#before;
    const receivedAt = before && this.#timeOf(before.bytes, before.start, before.end);
    if (receivedAt !== undefined && gap.to !== null && receivedAt > gap.to) {
      const message = `The record before the gap came at ${receivedAt}, after the gap was over (${gap.to}).`;
      this.#findings.note('gap_times', message, { line });
    }
    this.#gapBefore = { gap, line };
  }

  /** The numbers of frames go up from gap to gap. */
  #goOn(gap: GapLine, line: number): void {
    const course = this.#course;
    const last = course.lastGap?.before ?? course.lastGap?.after ?? undefined;
    const after = gap.after ?? undefined;
    if (last !== undefined && after !== undefined && BigInt(after) < BigInt(last) - 1n) {
      const message = `The gap begins behind frame ${after}, and the gap before it had come to ${last}: here is another run, or something is out of order.`;
      this.#findings.note('begins_anew', message, { line });
    }
    course.lastGap = gap;
  }

  #behindGap(
    { gap, line }: { readonly gap: GapLine; readonly line: number },
    bytes: Buffer,
    start: number,
    end: number,
  ): void {
    this.#gapBefore = undefined;
    const receivedAt = this.#timeOf(bytes, start, end);
    if (receivedAt === undefined || gap.from === null || receivedAt >= gap.from) return;
    const message = `The record behind the gap came at ${receivedAt}, before the gap began (${gap.from}).`;
    this.#findings.note('gap_times', message, { line });
  }

  /** Of an envelope. */
  #timeOf(bytes: Buffer, start: number, end: number): number | undefined {
    const field = this.#receivedAt;
    if (!beginsWith(bytes, start, end, ENVELOPE) || !field.find(bytes, start, end)) return undefined;
    const time = scalarAt(bytes, field.start, field.end);
    return typeof time === 'number' ? time : undefined;
  }
}

function withoutZeros(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return bytes.subarray(0, end);
}

function near(bytes: Buffer, at: number, start: number, end: number): string {
  if (at >= end) return '';
  const excerpt = bytes.toString('utf8', Math.max(start, at - EXCERPT), Math.min(end, at + EXCERPT));
  return `, near ${JSON.stringify(excerpt)}`;
}

/** A number at the end may have been meant to go on. */
function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

const MARK = Buffer.from('\ufeff');
const ENVELOPE = Buffer.from('{"data":');
const OPEN_BRACE = 0x7b;
const LOWER_G = 0x67;
const CR = 0x0d;
const EXCERPT = 20;
const MOST_KEPT = 64 * 1024;
