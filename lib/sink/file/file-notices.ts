import type { DiskRoom, DiskWatchParts } from '../../internal/disk-watch.js';
import type { Logger } from '../../internal/logger.js';
import { countBytes, countRecords, explainFileFailure } from '../file-failure.js';
import type { FilePlace } from './file-place.js';

/** What somebody should hear of what becomes of a file, beside errors: as facts, and as whole sentences. */
export class FileNotices {
  readonly #path: string;
  readonly #logger: Logger;

  constructor(path: string, logger: Logger) {
    this.#path = path;
    this.#logger = logger;
  }

  /** What it holds is going to be replaced. */
  replacing(bytes: number, modifiedAt: number): void {
    const time = new Date(modifiedAt).toISOString();
    this.#warn(
      { event: 'replacing', path: this.#path, bytes, modified_at: Math.trunc(modifiedAt) },
      `${this.#path} exists (${bytes.toLocaleString('en-US')} bytes, changed ${time}): the first records that come replace ` +
        'what it holds. With `append` they are added to it.',
    );
  }

  /** It was renamed. */
  moved({ state, name }: FilePlace): void {
    const to = name === undefined ? '' : ` to ${name}`;
    const now = state === 'replaced' ? ', and another file is at the path now' : '';
    this.#warn(
      { event: 'file_renamed', path: this.#path, name: name ?? null, replaced: state === 'replaced' },
      `${this.#path} was renamed${to} while it was written to${now}. What comes is written to the renamed file until it is ` +
        'reopened.',
    );
  }

  /** It was deleted. */
  deleted(records: number, isEnd: boolean): void {
    const next = isEnd ? '' : ' It is made again, and what comes is written there.';
    this.#warn(
      { event: 'file_deleted', path: this.#path, records },
      `${this.#path} was deleted while it was written to: ${countRecords(records)} of this run went with it.${next}`,
    );
  }

  /** Its end was torn, and is mended. */
  mended(facts: { cut: number; rewritten: number; torn: number; aside: string | undefined }): void {
    const { cut, rewritten, torn, aside } = facts;
    const taken = cut === 0 ? 'it has got its ending now' : `its end (${countBytes(cut)}) was taken away`;
    const again = rewritten === 0 ? '' : ` It held ${countRecords(rewritten)} that could be read: written anew.`;
    const rest = aside === undefined ? '' : ` What is left of a torn record (${countBytes(torn)}) is in ${aside} now.`;
    this.#warn(
      { event: 'file_mended', path: this.#path, cut_bytes: cut, rewritten, torn_bytes: torn, torn_path: aside ?? null },
      `${this.#path} was cut off in the middle by what wrote to it before: ${taken}.${again}${rest}`,
    );
  }

  /** It cannot be added to, and has another name. */
  setAside(name: string, reason: string): void {
    this.#warn(
      { event: 'file_set_aside', path: this.#path, name, reason },
      `${this.#path} cannot be added to, since ${reason}: it is ${name} now, and a new file is begun.`,
    );
  }

  /** There is no room for what is to be written next. */
  full(cause: unknown): void {
    const [reason] = explainFileFailure(cause);
    this.#warn(
      { event: 'disk_full', path: this.#path },
      `Cannot write to ${this.#path} now: ${reason}. Nothing is lost so far: the run waits until there is room, and its feed with it. ` +
        'Free some space soon, since a server does not wait for ever. With `on_full: fail` the run would end here.',
    );
  }

  /** There is room again. */
  roomAgain(afterMs: number): void {
    this.#warn(
      { event: 'disk_has_room', path: this.#path, after_ms: Math.round(afterMs) },
      `${this.#path} is written to again, after ${Math.round(afterMs / 1_000)} s: there is room.`,
    );
  }

  /** Its disk has little room left. */
  diskLow({ free, all }: DiskRoom): void {
    this.#warn(
      { event: 'disk_low', path: this.#path, free_bytes: free, all_bytes: all },
      `The disk that ${this.#path} is on is nearly full: ${countBytes(free)} of ${countBytes(all)} are free. When it is full, \`on_full\` says ` +
        'what becomes of what comes.',
    );
  }

  /** It has more room again. */
  diskRoom({ free, all }: DiskRoom): void {
    this.#warn(
      { event: 'disk_not_low', path: this.#path, free_bytes: free, all_bytes: all },
      `The disk that ${this.#path} is on has room again: ${countBytes(free)} of ${countBytes(all)} are free.`,
    );
  }

  /** Somebody has emptied it. */
  emptied(records: number): void {
    this.#warn(
      { event: 'file_emptied', path: this.#path, records },
      `${this.#path} was emptied by somebody else while it was written to: ${countRecords(records)} of this run are no ` +
        'longer in it. If it was copied before, the copy has them.',
    );
  }

  #warn(facts: object, message: string): void {
    this.#logger.warn(facts, message);
  }
}

/** What a watch of the disk tells. */
export function toldBy(notices: FileNotices): Pick<DiskWatchParts, 'onLow' | 'onRoom'> {
  return { onLow: (room) => notices.diskLow(room), onRoom: (room) => notices.diskRoom(room) };
}
