import type { InputError } from '../../errors.js';
import type { Clock } from '../../internal/clock.js';
import { sleep } from '../../internal/sleep.js';
import type { FeedClient } from '../../testing/index.js';
import type { ServeOptions } from './options.js';
import { recordedFrames } from './recording.js';
import { newSince } from './resume-by.js';

/** What {@link scheduled} needs of its surroundings. */
export interface Surroundings {
  readonly clock: Clock;
  /** Aborted when the client has gone, or everything is to end. */
  readonly signal: AbortSignal;
  /** With `resumeBy`: behind which value the first round begins. */
  readonly resumed?: string | undefined;
  /** Hears of a file that ends in the middle. */
  readonly onTorn?: (error: InputError) => void;
}

/**
 * The messages of a recording, each when it is due: as recorded, after a stall, and again from the beginning with
 * `loop`. It ends with the file, after `dropEvery` messages, or when the signal is aborted. (A rate is the business of
 * who sends them.)
 */
export async function* scheduled(
  file: string,
  options: ServeOptions,
  client: Pick<FeedClient, 'stall' | 'resume'>,
  { clock, signal, onTorn, resumed }: Surroundings,
): AsyncGenerator<Buffer, void, void> {
  const { asRecorded = false, speed = 1, loop = false, dropEvery, stall, stallEvery } = options;
  let sent = 0;
  for (let before = -1; before < sent; ) {
    before = sent;
    const startedAt = clock.monotonic();
    let firstAt: number | undefined;
    const isNew = resumed === undefined || before > 0 ? undefined : newSince(resumed, options.resumeBy!);
    for await (const { data, receivedAt } of recordedFrames(file, options, onTorn)) {
      if (isNew?.(data) === false) continue;
      if (asRecorded && receivedAt !== undefined) {
        firstAt ??= receivedAt;
        await sleep(clock, startedAt + (receivedAt - firstAt) / speed - clock.monotonic(), signal);
      }
      if (signal.aborted) return;
      yield data;
      sent += 1;
      if (sent === dropEvery) return;
      if (stall === undefined || sent % stallEvery !== 0) continue;
      client.stall();
      await sleep(clock, stall, signal);
      client.resume();
    }
    if (!loop) return;
  }
}
