import type { ServerResponse } from 'node:http';
import type { TimerHandle } from '../../internal/clock.js';
import type { FeedMeter } from '../feed-meter.js';
import { feedReport, gapFacts, gapsReport } from '../feed-report.js';
import { SAFE_HEADERS, send, text } from './answer.js';
import { processReport, type ReportParts } from './whole-report.js';

/** What {@link EventStreams} tell of. */
export interface EventStreamsParts extends ReportParts {
  /** A text as it may be shown. */
  readonly clean: (text: string) => string;
}

/**
 * Server-sent events, for as many as {@link MAX_STREAMS}: `snapshot`, all that `/stats.json` says, and then `delta` four times a second, which
 * has what has changed since: of `feeds` the keys with other values, and in `gaps_new` the gaps that are over since; null for a
 * feed that is gone. What has changed is found out once for all of them. Who reads so slowly that too much waits is told nothing
 * until it has read that, and gets a snapshot then; who reads nothing at all is left.
 */
export class EventStreams {
  readonly #parts: EventStreamsParts;
  readonly #streams = new Map<ServerResponse, StreamState>();
  /** What was told last of each feed, as JSON by key. */
  #told: ReadonlyMap<string, Told> = new Map();
  #ticks = 0;
  #timer: TimerHandle;

  constructor(parts: EventStreamsParts) {
    this.#parts = parts;
  }

  /** Tells this one, from now until it leaves. */
  add(response: ServerResponse): void {
    if (this.#streams.size >= MAX_STREAMS) {
      send(response, text('Too many listen already.', 503, { 'retry-after': '5', connection: 'close' }), false);
      return;
    }
    response.writeHead(200, {
      ...SAFE_HEADERS,
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
    });
    response.write('retry: 2000\n\n');
    response.once('close', () => this.#remove(response));
    this.#look();
    response.write(this.#snapshot());
    this.#streams.set(response, { behindSince: undefined });
    if (this.#streams.size === 1) this.#arm();
  }

  /** Ends all of them: the run is over. */
  close(): void {
    for (const response of this.#streams.keys()) response.end('event: end\ndata: {}\n\n');
    this.#streams.clear();
    this.#parts.meters.clock.clearTimeout(this.#timer);
  }

  #arm(): void {
    this.#timer = this.#parts.meters.clock.setTimeout(() => {
      this.#look();
      if (this.#streams.size > 0) this.#arm();
    }, EVERY_MS);
    (this.#timer as Partial<NodeJS.Timeout> | undefined)?.unref?.();
  }

  #remove(response: ServerResponse): void {
    this.#streams.delete(response);
    if (this.#streams.size === 0) this.#parts.meters.clock.clearTimeout(this.#timer);
  }

  /** Finds out what has changed, and tells it. */
  #look(): void {
    const before = this.#told;
    const { feeds } = this.#parts.meters;
    this.#told = new Map(feeds.map((meter) => [meter.name, this.#tellOf(meter)]));
    if (this.#streams.size === 0) return;
    this.#ticks += 1;
    const changes = feeds.flatMap((meter) => {
      const change = this.#changeOf(meter, before.get(meter.name));
      return change === '' ? [] : [`${JSON.stringify(meter.name)}:${change}`];
    });
    for (const name of before.keys()) if (!this.#told.has(name)) changes.push(`${JSON.stringify(name)}:null`);
    const ofProcess =
      this.#ticks % TICKS_A_SECOND === 0 ? `,"process":${JSON.stringify(processReport(this.#parts.meters))}` : '';
    if (changes.length === 0 && ofProcess === '') return;
    const at = this.#parts.meters.clock.now();
    const delta = `event: delta\ndata: {"at":${at}${ofProcess},"feeds":{${changes.join(',')}}}\n\n`;
    for (const [response, state] of this.#streams) this.#write(response, state, delta);
  }

  #write(response: ServerResponse, state: StreamState, delta: string): void {
    const now = this.#parts.meters.clock.monotonic();
    const waiting = response.writableLength;
    if (state.behindSince === undefined) {
      if (waiting > MAX_WAITING_BYTES) state.behindSince = now;
      else response.write(delta);
    } else if (waiting === 0) {
      state.behindSince = undefined;
      response.write(this.#snapshot());
    } else if (now - state.behindSince > LEFT_AFTER_MS) response.destroy();
  }

  #snapshot(): string {
    const { meters, version, hasTap = false } = this.#parts;
    const feeds = meters.feeds.map((meter) => {
      const told = this.#told.get(meter.name)!;
      const gaps = JSON.stringify(gapsReport(meter), this.#shown);
      return `${JSON.stringify(meter.name)}:{${[...told.facts, ['gaps_told', gaps]].map(([key, value]) => `"${key}":${value}`).join(',')}}`;
    });
    const head = `"at":${meters.clock.now()},"version":${JSON.stringify(version)},"has_tap":${hasTap},"process":${JSON.stringify(processReport(meters))}`;
    return `event: snapshot\ndata: {${head},"feeds":{${feeds.join(',')}}}\n\n`;
  }

  #tellOf(meter: FeedMeter): Told {
    const facts = Object.entries(feedReport(meter)).map(
      ([key, value]) => [key, JSON.stringify(value ?? null, this.#shown)] as const,
    );
    return { facts: new Map(facts), gaps: meter.gapsTold, meter };
  }

  /** What is new of a feed, as JSON; empty when nothing is. */
  #changeOf(meter: FeedMeter, before: Told | undefined): string {
    const now = this.#told.get(meter.name)!;
    const known = before?.meter === meter ? before : undefined;
    const parts = [...now.facts].flatMap(([key, value]) =>
      known?.facts.get(key) === value ? [] : [`"${key}":${value}`],
    );
    const count = now.gaps - (known?.gaps ?? 0);
    if (count > 0) {
      parts.push(`"gaps_new":${JSON.stringify(meter.gaps.slice(-count).map(gapFacts), this.#shown)}`);
    }
    return parts.length === 0 ? '' : `{${parts.join(',')}}`;
  }

  readonly #shown = (_key: string, value: unknown): unknown =>
    typeof value === 'string' ? this.#parts.clean(value) : value;
}

interface StreamState {
  /** Since when it has read too little; `undefined` when it has not. */
  behindSince: number | undefined;
}

interface Told {
  readonly facts: ReadonlyMap<string, string>;
  /** How many gaps there were. */
  readonly gaps: number;
  /** The run that it was told of. */
  readonly meter: FeedMeter;
}

const EVERY_MS = 250;
const TICKS_A_SECOND = 4;
/** How many may listen at once: browsers, and `top`. */
export const MAX_STREAMS = 100;
const MAX_WAITING_BYTES = 256 * 1024;
const LEFT_AFTER_MS = 30_000;
