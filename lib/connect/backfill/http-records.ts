import { sleep } from '../../internal/sleep.js';
import { JsonCheck } from '../../json/check.js';
import { ElementReader } from '../../json/elements.js';
import { compilePath, FieldReader } from '../../json/field.js';
import { integerAt } from '../../json/integer.js';
import { redactUrl } from '../../secrets/redaction.js';
import type { Secrets } from '../../secrets/secrets.js';
import type { BackfillOptions } from '../options/backfill-options.js';
import { authHeaders } from '../options/credentials.js';
import type { ResolvedWebSocketOptions } from '../options/options.js';
import type { FillTask, FoundRecord, RecordFinder } from './fill.js';
import { NextPageReader, pageAddress } from './next-page.js';
import { askForPage, type PageAnswer, PageRefusal } from './page-request.js';

/** Finds the records of a hole by HTTP, page by page. */
export class HttpRecords implements RecordFinder {
  readonly #options: ResolvedWebSocketOptions;
  readonly #backfill: BackfillOptions;
  readonly #secrets: Secrets;
  readonly #next: NextPageReader;
  readonly #elements: ElementReader;
  readonly #number: FieldReader;
  readonly #check = new JsonCheck();
  /** When the next request may be sent, by the monotonic clock. */
  #freeAt = 0;
  #requests = 0;

  /** @throws {ConfigError} when a path cannot be read */
  constructor(backfill: BackfillOptions, options: ResolvedWebSocketOptions, secrets: Secrets) {
    this.#options = options;
    this.#backfill = backfill;
    this.#secrets = secrets;
    this.#next = new NextPageReader(backfill);
    this.#elements = new ElementReader(compilePath(backfill.recordsPath ?? '', 'backfill.recordsPath'));
    this.#number = new FieldReader(
      compilePath(backfill.sequence ?? (options.sequence?.path as string), 'backfill.sequence'),
    );
  }

  get requests(): number {
    return this.#requests;
  }

  get shownUrl(): string {
    return redactUrl(pageAddress(this.#backfill.url, { after: 0, before: 0, key: undefined, next: undefined }));
  }

  async *find(task: FillTask): AsyncGenerator<readonly FoundRecord[], string | undefined> {
    const { hole } = task;
    let address = this.#address(task, undefined);
    let idle = 0;
    for (;;) {
      const answer = await this.#ask(address, task);
      if (answer instanceof PageRefusal) return answer.why;
      const { body } = answer;
      if (!this.#check.check(body, 0, body.length)) return `its answer is no JSON: ${this.#check.reason}`;
      const found = this.#recordsIn(answer);
      if (typeof found === 'string') return found;
      const { last } = task;
      yield found;
      if (task.last === last) idle += 1;
      else idle = 0;
      if (this.#next.isByNumber) {
        if (idle > 0) return undefined;
        address = this.#address(task, undefined);
        continue;
      }
      if (idle === MAX_IDLE_PAGES) return `${MAX_IDLE_PAGES} pages one behind another had nothing new`;
      const next = this.#next.read(answer);
      if (next === undefined || found.some(({ number }) => number >= hole.before)) return undefined;
      address = 'url' in next ? next.url : this.#address(task, next.token);
    }
  }

  #address({ hole, last: after }: FillTask, next: string | undefined): string {
    return pageAddress(this.#backfill.url, { after, before: hole.before, key: hole.key, next });
  }

  /** Asks as often as it takes, as long as it may become better. */
  async #ask(address: string, task: FillTask): Promise<PageAnswer | PageRefusal> {
    const { signal } = task;
    for (let attempt = 0; ; attempt++) {
      await this.#turn(signal);
      this.#requests += 1;
      const headers = await this.#headers(address, attempt, signal);
      if (headers instanceof PageRefusal) return headers;
      const answer = await askForPage(address, { options: this.#options, headers, secrets: this.#secrets }, signal);
      if (!(answer instanceof PageRefusal) || !answer.isTemporary || signal.aborted) return answer;
      const { retryMs = Math.min(FIRST_RETRY_MS * 2 ** attempt, LONGEST_RETRY_MS) } = answer;
      // Nobody waits for what cannot come in time.
      if (retryMs >= task.leftMs) return answer;
      await sleep(this.#options.clock, retryMs, signal);
      if (signal.aborted) return answer;
    }
  }

  async #headers(url: string, attempt: number, signal: AbortSignal) {
    const { headers = {}, auth } = this.#backfill;
    if (auth !== 'feed') return headers;
    const { credentials } = this.#options;
    try {
      const given =
        typeof credentials === 'function'
          ? await credentials({ url, attempt: attempt + 1, refused: false, signal })
          : credentials;
      return { ...headers, ...authHeaders(given) };
    } catch (error) {
      return new PageRefusal(this.#secrets.hide(error instanceof Error ? error.message : String(error)));
    }
  }

  /** Waits until the rate has room for another request. */
  async #turn(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const now = clock.monotonic();
    const at = Math.max(now, this.#freeAt);
    this.#freeAt = at + 1_000 / (this.#backfill.rate ?? DEFAULT_RATE);
    await sleep(clock, at - now, signal);
  }

  /** The records of a checked answer, by their numbers; or what is wrong with it, as a clause. */
  #recordsIn({ body }: PageAnswer): readonly FoundRecord[] | string {
    const elements = this.#elements;
    const path = this.#backfill.recordsPath ?? '';
    if (!elements.open(body, 0, body.length)) {
      return path === '' ? 'its answer is no array: set `records_path`' : `its answer has no array at ${path}`;
    }
    const found: FoundRecord[] = [];
    let count = 0;
    while (elements.next()) {
      count += 1;
      const { start, end } = elements;
      if (end - start > this.#options.maxMessageBytes || !this.#number.find(body, start, end)) continue;
      const number = integerAt(body, this.#number.start, this.#number.end);
      if (number !== undefined) found.push({ number, data: body.subarray(start, end) });
    }
    if (count > 0 && found.length === 0) return 'no record of its answer has a number where `sequence` says';
    // Many servers begin with the newest.
    return found.toSorted((a, b) => (a.number < b.number ? -1 : a.number > b.number ? 1 : 0));
  }
}

const DEFAULT_RATE = 5;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 8_000;
const MAX_IDLE_PAGES = 3;
