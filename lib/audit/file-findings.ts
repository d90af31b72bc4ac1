import type { AuditListener, Finding, FindingKind } from './finding.js';

/** Where something is. */
export type Place = Pick<Finding, 'line' | 'column' | 'byte'>;

/** What is found of one file, or folder. Of each kind so many are told, and the rest is counted: a file may be damaged from begin to end. */
export class FileFindings {
  /** Things that are wrong. */
  wrongs = 0;
  /** Whether somebody writes to it: then it may well end in the middle of something. */
  isInUse = false;
  readonly file: string;
  readonly #listener: AuditListener;
  readonly #counts = new Map<FindingKind, { count: number; last: Place; isWrong: boolean }>();

  constructor(file: string, listener: AuditListener) {
    this.file = file;
    this.#listener = listener;
  }

  /** @param message a sentence, or what makes it, which is called when it is told */
  wrong(kind: FindingKind, message: string | (() => string), place: Place = {}): void {
    const isWrong = !(this.isInUse && UNFINISHED.includes(kind));
    if (isWrong) this.wrongs += 1;
    this.#add(kind, isWrong, message, place);
  }

  /** The same of what is worth knowing, and not wrong. */
  note(kind: FindingKind, message: string | (() => string), place: Place = {}): void {
    this.#add(kind, false, message, place);
  }

  /** All was looked at: tells how much was left out. */
  close(): void {
    for (const [kind, { count, last, isWrong }] of this.#counts) {
      const more = count - MOST_TOLD;
      if (more <= 0) continue;
      const place = last.line === undefined ? '' : ` up to line ${last.line}`;
      const message = `The same was found ${more === 1 ? 'once' : `${more} times`} more${place}.`;
      this.#listener.found({ kind, isWrong, file: this.file, message });
    }
    this.#counts.clear();
  }

  #add(kind: FindingKind, isWrong: boolean, message: string | (() => string), place: Place): void {
    const known = this.#counts.get(kind);
    const count = (known?.count ?? 0) + 1;
    if (known === undefined) this.#counts.set(kind, { count, last: place, isWrong });
    else {
      known.count = count;
      known.last = place;
    }
    if (count > MOST_TOLD) return;
    const text = typeof message === 'string' ? message : message();
    this.#listener.found({ kind, isWrong, file: this.file, ...place, message: text });
  }
}

/** `1 zero byte`, `2 zero bytes`. */
export function zeroBytes(count: number): string {
  return `${count} zero byte${count === 1 ? '' : 's'}`;
}

const UNFINISHED: readonly FindingKind[] = ['torn', 'zeros'];
const MOST_TOLD = 20;
