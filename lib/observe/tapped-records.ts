import type { Page } from '../batch/page.js';
import { FieldReader, scalarAt } from '../json/field.js';

/** Which records are wanted. */
export interface TapFilter {
  /** The field that they have, as they are stored: `data.symbol`. @default any record */
  readonly path?: string | undefined;
  /** What stands there, as a text: `BTC`, `12`, `true`. @default whatever it is */
  readonly value?: string | undefined;
}

/** A record for who looks on. */
export interface TappedRecord {
  /** When it was received, in epoch milliseconds. */
  readonly at: number;
  /** Its text, or the beginning of it. */
  readonly text: string;
  /** How large it is, in bytes. */
  readonly size: number;
}

/** Takes some of the records that come, so that those who look on cost a bounded amount of work, however many come. */
export class TappedRecords {
  readonly #field: FieldReader | undefined;
  readonly #value: string | undefined;
  readonly #clean: (text: string) => string;
  #taken: TappedRecord[] = [];
  #looked = 0;
  /** Records that came since {@link take}. */
  #seen = 0;

  /**
   * @param clean a text as it may be shown
   * @throws {ConfigError} when the path cannot be read
   */
  constructor({ path, value }: TapFilter, clean: (text: string) => string) {
    this.#field = path === undefined ? undefined : new FieldReader(path);
    this.#value = value;
    this.#clean = clean;
  }

  onPage(page: Page): void {
    this.#seen += page.recordsAmong();
    let ofPage = 0;
    // From the newest on.
    for (let index = page.length - 1; index >= 0; index -= 1) {
      if (this.#taken.length >= MAX_TAKEN || this.#looked >= MAX_LOOKED) return;
      this.#looked += 1;
      if (page.isGap(index) || !this.#isWanted(page, index)) continue;
      this.#taken.push(this.#shown(page, index));
      ofPage += 1;
      // A few of each page show more of a feed than all of one.
      if (this.#field === undefined && ofPage >= MAX_OF_PAGE) return;
    }
  }

  /** What was taken since this was asked last, the oldest first, and how many came. */
  take(): { readonly records: readonly TappedRecord[]; readonly seen: number } {
    const taken = { records: this.#taken.sort((one, other) => one.at - other.at), seen: this.#seen };
    this.#taken = [];
    this.#seen = 0;
    this.#looked = 0;
    return taken;
  }

  #isWanted(page: Page, index: number): boolean {
    const field = this.#field;
    if (field === undefined) return true;
    const { bytes } = page;
    const [start, end] = [page.start(index), page.ends[index]!];
    if (end - start > MAX_SEARCHED || !field.find(bytes, start, end)) return false;
    return this.#value === undefined || String(scalarAt(bytes, field.start, field.end)) === this.#value;
  }

  /** Secrets are taken out before it is cut, so that none is cut in two and shown in part. */
  #shown(page: Page, index: number): TappedRecord {
    const text = page.text(index);
    const known = this.#clean(text.toString('utf8', 0, MAX_CLEANED));
    return { at: page.receivedAt(index), text: known.slice(0, MAX_SHOWN), size: text.length };
  }
}

const MAX_TAKEN = 8;
const MAX_OF_PAGE = 4;
const MAX_LOOKED = 2_000;
/** In bytes: what is larger is not looked into. */
const MAX_SEARCHED = 64 * 1024;
const MAX_CLEANED = 16 * 1024;
const MAX_SHOWN = 2_000;
