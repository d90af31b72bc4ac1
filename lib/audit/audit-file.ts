import { type FileHandle, open } from 'node:fs/promises';
import { NO_ZSTD } from '../internal/zstd.js';
import { explainFileFailure } from '../sink/file-failure.js';
import type { Content, ContentEnd, Interruption } from './content.js';
import { compressionOf, contentOf } from './content-of.js';
import { FileFindings, zeroBytes } from './file-findings.js';
import type { AuditListener, Check, FileFacts } from './finding.js';
import { type Course, LineAudit } from './line-audit.js';
import { LineCutter } from './line-cutter.js';
import { passingChunks } from './raw-bytes.js';
import { hasZstd } from './zstd-content.js';

/** Who looks at the bytes of a file as they lie there: what says what they are to be. */
export interface Watcher {
  readonly check: Check;
  /** Bytes of the file at which it wants to be called, in order. */
  readonly stops: readonly number[];
  take(chunk: Buffer): void;
  /** One of the stops is reached. The lines up to there were looked at, where the file is plain. */
  reached(lines: LineAudit | undefined): void;
  /** All was read. @param lines `undefined` where they could not be looked at */
  end(lines: LineAudit | undefined, findings: FileFindings): void;
}

/** What is known of a file before it is read. */
export interface FileToAudit {
  readonly path: string;
  readonly course: Course;
  readonly watcher?: Watcher | undefined;
  /** Whether a run is writing to it, or may be: what is torn at its end is not wrong then. */
  readonly isInUse: boolean;
  /** Whether what stands in it are JSON lines. */
  readonly isLines?: boolean;
}

/** Reads a file of JSON lines from its begin to its end, past damage, and tells what was found. It rejects for nothing that is in a file. */
export async function auditFile(file: FileToAudit, listener: AuditListener): Promise<FileFacts | undefined> {
  const findings = new FileFindings(file.path, listener);
  let handle: FileHandle | undefined;
  try {
    handle = await open(file.path, 'r');
    return await new FileAudit(file, handle, findings, listener).run();
  } catch (cause) {
    findings.wrong('unreadable', unreadable(cause));
    return undefined;
  } finally {
    findings.close();
    await handle?.close();
  }
}

/** What there is to say of what the system refuses. */
export function unreadable(cause: unknown): string {
  const { code } = cause as NodeJS.ErrnoException;
  const [reason] = code === 'ENOENT' ? ['there is no such file or folder (ENOENT)'] : explainFileFailure(cause);
  return `It cannot be read: ${reason}.`;
}

class FileAudit {
  readonly #file: FileToAudit;
  readonly #handle: FileHandle;
  readonly #findings: FileFindings;
  readonly #listener: AuditListener;
  readonly #lines: LineAudit;
  readonly #cutter: LineCutter;
  #read = 0;
  #size: number | undefined;

  constructor(file: FileToAudit, handle: FileHandle, findings: FileFindings, listener: AuditListener) {
    this.#file = file;
    this.#handle = handle;
    this.#findings = findings;
    findings.isInUse = file.isInUse;
    this.#listener = listener;
    this.#lines = new LineAudit(findings, file.course);
    this.#cutter = new LineCutter(this.#lines);
  }

  async run(): Promise<FileFacts> {
    const { path, watcher, isLines = true } = this.#file;
    const found = await this.#handle.stat();
    this.#size = found.isFile() ? found.size : undefined;
    const file = { path, handle: this.#handle, size: this.#size };
    const compression = isLines ? await compressionOf(file) : 'none';
    let isRead = isLines;
    if (compression === 'none') await this.#plain(isLines);
    else {
      // What is said of the bytes as they lie there is held against them first.
      if (watcher !== undefined) await this.#watched(watcher, () => undefined);
      // Of a pipe the frames of zstd cannot be looked at before they are there.
      isRead = compression === 'gzip' || (hasZstd() && this.#size !== undefined);
      if (isRead) await this.#compressed();
    }
    const wrongsOfLines = this.#findings.wrongs;
    watcher?.end(isRead ? this.#lines : undefined, this.#findings);
    if (isLines && !isRead) this.#tellNotInflated(watcher !== undefined && this.#findings.wrongs === wrongsOfLines);
    const facts: FileFacts = {
      file: path,
      bytes: this.#size ?? this.#read,
      records: this.#lines.records,
      gaps: this.#lines.gaps,
      wrong: this.#findings.wrongs,
      checked: [
        ...(isRead ? (['lines'] as const) : []),
        ...(isRead && this.#file.course.numbers !== undefined ? (['sequence'] as const) : []),
        ...(watcher === undefined ? [] : [watcher.check]),
      ],
    };
    this.#listener.read(facts);
    return facts;
  }

  async #plain(isLines: boolean): Promise<void> {
    await this.#watched(this.#file.watcher, (piece) => {
      if (isLines) this.#cutter.push(piece);
      return isLines ? this.#lines : undefined;
    });
    await this.#end(false);
  }

  /** Reads the bytes as they lie there, so that no piece goes past a place at which the watcher wants to be called. */
  async #watched(watcher: Watcher | undefined, take: (piece: Buffer) => LineAudit | undefined): Promise<void> {
    const stops = watcher?.stops ?? [];
    let next = 0;
    let read = 0;
    const reach = (lines: LineAudit | undefined): void => {
      for (; (stops[next] as number) <= read; next++) watcher?.reached(lines);
    };
    // A file may be empty, and told of.
    reach(take(NOTHING));
    for await (const chunk of passingChunks(this.#handle, { start: 0, end: this.#size })) {
      for (let from = 0; from < chunk.length; ) {
        const piece = chunk.subarray(from, from + (stops[next] ?? Number.POSITIVE_INFINITY) - read);
        watcher?.take(piece);
        const lines = take(piece);
        from += piece.length;
        read += piece.length;
        reach(lines);
      }
      this.#lines.release();
      this.#read = read;
      this.#tellProgress();
    }
  }

  async #compressed(): Promise<void> {
    const { path } = this.#file;
    const content = contentOf({ path, handle: this.#handle, size: this.#size }, (read) => {
      this.#read = read;
      this.#tellProgress();
    });
    const { isTorn, zeros } = await this.#inflated(content);
    await this.#end(isTorn);
    if (isTorn) this.#findings.wrong('torn', 'It is cut off: it ends in the middle of what is compressed.');
    if (zeros > 0) {
      this.#findings.wrong(
        'zeros',
        `Behind what is compressed ${zeros === 1 ? 'stands' : 'stand'} ${zeroBytes(zeros)}, as a power failure leaves them.`,
      );
    }
  }

  async #inflated(content: Content): Promise<ContentEnd> {
    for (;;) {
      const { done, value } = await content.next();
      if (done === true) return value;
      if (Buffer.isBuffer(value)) {
        this.#cutter.push(value);
        this.#lines.release();
      } else this.#interrupted(value);
    }
  }

  #interrupted({ byte, problem, resumesAt }: Interruption): void {
    const goesOn = resumesAt === undefined ? 'Nothing behind that can be read' : `It goes on at byte ${resumesAt}`;
    this.#findings.wrong('damaged', `${problem}, at byte ${byte}. ${goesOn}.`, { line: this.#lines.lines + 1, byte });
    // The line that was under way is lost, and is a part of this.
    this.#cutter.takeRest();
    this.#lines.interrupt();
  }

  /** @param isTold whether it is known already that the file ends in the middle */
  async #end(isTold: boolean): Promise<void> {
    const { size } = await this.#handle.stat();
    if (this.#size !== undefined && size > this.#size) {
      const message = `It grew by ${size - this.#size} bytes while it was read: those were not looked at.`;
      this.#findings.note('still_written', message);
      this.#findings.isInUse = true;
    }
    this.#lines.end(this.#cutter.takeRest(), isTold);
  }

  #tellNotInflated(isVouchedFor: boolean): void {
    const why = this.#size === undefined ? 'What is zstd is read from a file, and not from a pipe.' : NO_ZSTD;
    const message = `Its lines were not looked at. ${why}`;
    if (isVouchedFor) this.#findings.note('left_out', message);
    else this.#findings.wrong('unreadable', message);
  }

  #tellProgress(): void {
    this.#listener.progress({ file: this.#file.path, read: this.#read, size: this.#size });
  }
}

const NOTHING = Buffer.alloc(0);
