import type { ServerResponse } from 'node:http';
import type { TimerHandle } from '../../internal/clock.js';
import type { FeedMeters } from '../feed-meters.js';
import { TappedRecords } from '../tapped-records.js';
import { SAFE_HEADERS, send, text } from './answer.js';

/** Records of feeds as they come, as server-sent events: once a second some of them, for as many listeners as {@link MAX_TAPS}. */
export class TapStreams {
  readonly #meters: FeedMeters;
  readonly #clean: (text: string) => string;
  readonly #taps = new Map<ServerResponse, Tap>();
  #timer: TimerHandle;

  /** @param clean a text as it may be shown */
  constructor(meters: FeedMeters, clean: (text: string) => string) {
    this.#meters = meters;
    this.#clean = clean;
  }

  /** Tells this one what it has asked for, from now until it leaves. */
  add(response: ServerResponse, query: URLSearchParams): void {
    const name = query.get('feed') ?? this.#meters.feeds[0]?.name ?? '';
    if (this.#meters.feed(name) === undefined) {
      send(response, text('There is no feed of this name.', 404), false);
      return;
    }
    if (this.#taps.size >= MAX_TAPS) {
      send(response, text('Too many listen already.', 503, { 'retry-after': '5', connection: 'close' }), false);
      return;
    }
    let records: TappedRecords;
    try {
      const filter = { path: query.get('path') ?? undefined, value: query.get('value') ?? undefined };
      records = new TappedRecords(filter, this.#clean);
    } catch {
      send(response, text('This is no path of a field, such as data.symbol.', 400), false);
      return;
    }
    response.writeHead(200, {
      ...SAFE_HEADERS,
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
    });
    response.flushHeaders();
    const untap = this.#meters.tap(name, (page) => records.onPage(page));
    response.once('close', () => this.#remove(response));
    this.#taps.set(response, { records, untap });
    if (this.#taps.size === 1) this.#arm();
  }

  /** Ends all of them: the run is over. */
  close(): void {
    for (const response of [...this.#taps.keys()]) {
      this.#remove(response);
      response.end();
    }
  }

  #remove(response: ServerResponse): void {
    this.#taps.get(response)?.untap();
    this.#taps.delete(response);
    if (this.#taps.size === 0) this.#meters.clock.clearTimeout(this.#timer);
  }

  #arm(): void {
    this.#timer = this.#meters.clock.setTimeout(() => {
      for (const [response, { records }] of this.#taps) {
        // Who does not read is told less.
        if (response.writableLength > MAX_WAITING_BYTES) continue;
        response.write(`event: records\ndata: ${JSON.stringify(records.take())}\n\n`);
      }
      this.#arm();
    }, EVERY_MS);
    (this.#timer as Partial<NodeJS.Timeout> | undefined)?.unref?.();
  }
}

interface Tap {
  readonly records: TappedRecords;
  untap(): void;
}

const EVERY_MS = 1_000;
/** How many may listen at once. */
const MAX_TAPS = 10;
const MAX_WAITING_BYTES = 64 * 1024;
