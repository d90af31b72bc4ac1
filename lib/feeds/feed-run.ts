import type { Stream, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ConnectionEvents } from '../connect/options/events.js';
import type { OpenFeed } from '../feed/open-feed.js';
import { isOutOfTime } from '../sink/page-sink.js';
import type { PagesReadable } from '../source/pages-readable.js';
import type { SpoolDuplex } from '../spool/spool-stream.js';

/** How a run went. */
export interface RunOutcome {
  /** What the source says of its end; `undefined` when it did not come to say it. */
  readonly ended: ConnectionEvents['ended'] | undefined;
  readonly failure: { readonly error: unknown } | undefined;
  /** Whether the sink did not store in time what is in the spool: no failure, but it may hold the process. */
  readonly isKept: boolean;
}

/** One run of a feed, from its source through its spool and its state into its sink. Nothing is connected before {@link FeedRun.whole}. */
export class FeedRun {
  readonly feed: OpenFeed;
  readonly pages: PagesReadable;
  /** What is between source and sink, where there is a spool. */
  readonly spoolStream: SpoolDuplex<unknown> | undefined;
  readonly #between: readonly Stream[];
  readonly #closed: Promise<unknown>;
  #ended: ConnectionEvents['ended'] | undefined;

  constructor(feed: OpenFeed) {
    const { source, sink, spool, state, letters } = feed;
    this.feed = feed;
    this.pages = source.pages();
    letters?.endWith(this.pages);
    this.spoolStream = spool?.keep();
    // Without a spool, what the state does is among the steps of the source.
    this.#between =
      this.spoolStream === undefined ? [] : [this.spoolStream, ...(state === undefined ? [] : [state.keep()])];
    this.#closed = Promise.all([this.pages, ...this.#between, sink.stream].map(closeOf));
    this.pages.on('ended', (payload) => {
      this.#ended = payload;
    });
  }

  /** Runs it to its end. It never rejects; when it is done, nothing of the run is left open. */
  async whole(): Promise<RunOutcome> {
    const { sink, letters, spool, state } = this.feed;
    let failure: RunOutcome['failure'];
    let isKept = false;
    try {
      await pipeline([this.pages, ...(this.#between as readonly Transform[]), sink.stream]);
    } catch (error) {
      // What the sink could not store in time is in the spool.
      isKept = spool !== undefined && hasEndedWell(this.#ended) && sink.stream[isOutOfTime] === true;
      if (!isKept) failure = { error };
    }
    // The closing handshake may still be under way, and what the sink was given last.
    await this.#closed;
    for (const one of [letters, spool, state]) {
      try {
        await one?.close();
      } catch (error) {
        failure ??= { error };
      }
    }
    return { ended: this.#ended, failure, isKept };
  }

  /** Ends it in good order: nothing further is received, what was is stored. */
  stop(): void {
    this.feed.source.stop();
  }
}

function closeOf(stream: Stream): Promise<void> {
  return new Promise((resolve) => void stream.once('close', resolve));
}

function hasEndedWell(ended: ConnectionEvents['ended'] | undefined): boolean {
  return ended !== undefined && !['aborted', 'destroyed', 'failed'].includes(ended.cause);
}
