import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ConnectionEvents } from '../../lib/connect/options/events.js';
import type { Gap, Page } from '../../lib/index.js';
import { createSource, type Source, type SourceConfig, type SourceOptions, type SourceStats } from '../../lib/index.js';
import { within } from './until.js';

/** The two ways in which the same configuration runs. Every scenario goes through both. */
export const ARRANGEMENTS = ['fused', 'by hand'] as const;
export type Arrangement = (typeof ARRANGEMENTS)[number];

/** What a run left behind. */
export interface Outcome {
  readonly pages: Page[];
  /** The records' texts, in order. */
  readonly texts: string[];
  /** The records' values, in order. */
  readonly values: unknown[];
  /** What the pipeline rejected with. */
  readonly error: Error | undefined;
  readonly stats: SourceStats;
  /** Every event of the connection, in order. */
  readonly events: { readonly name: string; readonly payload: unknown }[];
}

export interface RunOptions extends SourceOptions {
  /** Called with each page; the sink waits for what it returns. */
  readonly onPage?: (page: Page, source: Source) => unknown;
  /** Called at each event of the connection. */
  readonly onEvent?: (name: keyof ConnectionEvents, payload: unknown) => unknown;
  /** Called when the run begins. */
  readonly onStart?: (source: Source) => void;
}

/** Runs a configuration into a sink that keeps everything. What pages it makes does not depend on how fast this machine is. */
export async function run(arrangement: Arrangement, config: SourceConfig, options: RunOptions = {}): Promise<Outcome> {
  const { onPage, onEvent, onStart, ...sourceOptions } = options;
  const source = createSource({ linger: 'none', ...config }, sourceOptions);
  const pages: Page[] = [];
  const events: Outcome['events'] = [];
  const sink = new Writable({
    objectMode: true,
    write(page: Page, _encoding, callback) {
      pages.push(page);
      Promise.resolve(onPage?.(page, source)).then(() => callback(), callback);
    },
  });
  const streams = arrangement === 'fused' ? [source.pages()] : source.stages();
  for (const name of EVENT_NAMES) {
    (streams[0] as ReturnType<Source['pages']>).on(name, (payload: unknown) => {
      events.push({ name, payload });
      onEvent?.(name, payload);
    });
  }
  onStart?.(source);
  const running = pipeline([...streams, sink]).then(
    () => undefined,
    (reason: Error) => reason,
  );
  const soFar = (): string => `${pages.length} pages, ${events.map(({ name }) => name).join(' ') || 'and no event'}`;
  const error = await within(() => `the end of a run: ${soFar()}`, running).catch((reason: Error) => {
    // Whether it ends now or hangs again is another question.
    streams[0]!.destroy(reason);
    return reason;
  });
  const texts = pages.flatMap((page) => Array.from(page.ends, (_, index) => page.text(index).toString()));
  return { pages, texts, values: pages.flatMap((page) => page.records), error, stats: source.stats, events };
}

/** What the events of this name had to tell, in order. */
export function payloadsOf<T>(outcome: Pick<Outcome, 'events'>, name: keyof ConnectionEvents): T[] {
  return outcome.events.filter((event) => event.name === name).map((event) => event.payload as T);
}

/** The gaps that were told, in order. */
export function gapsOf(outcome: Outcome): Gap[] {
  return payloadsOf<Gap>(outcome, 'gap');
}

const EVENT_NAMES = [
  'connecting',
  'connected',
  'subscribed',
  'subscriptionFailed',
  'disconnected',
  'reconnecting',
  'rotating',
  'rotated',
  'rotationFailed',
  'gap',
  'backfilled',
  'paused',
  'resumed',
  'ended',
] as const satisfies readonly (keyof ConnectionEvents)[];
