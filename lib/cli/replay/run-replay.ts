import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { resolveBatchOptions } from '../../batch/options.js';
import type { Page } from '../../batch/page.js';
import { BatchStep } from '../../batch/step.js';
import { InputError } from '../../errors.js';
import { openLetters } from '../../feed/feed-letters.js';
import { openSink } from '../../feed/open-sink.js';
import { systemClock } from '../../internal/clock.js';
import { LetterWritable } from '../../parse/letter-writable.js';
import { Again } from '../../source/again.js';
import { EXIT, type ExitStatus } from '../process/exit-status.js';
import { leave } from '../process/leave.js';
import { onStopSignals } from '../process/signals.js';
import { noticeLogger } from '../report/notices.js';
import type { Output } from '../terminal/output.js';
import { Causes } from './causes.js';
import type { Input } from './inputs.js';
import type { ReplayOptions } from './options.js';
import { pagesOf } from './pages.js';
import type { ReplayPlan } from './plan.js';
import type { ReplayReporter } from './replay-reporter.js';
import { checkSameInputs } from './same-inputs.js';
import { LetterTaker, RecordTaker, Replays, type Taker } from './taker.js';

/**
 * Has the lines of files go into a sink: records as they stand there, dead letters through the stages of their pipeline.
 *
 * @throws {ConfigError} when this machine cannot do what is configured
 * @throws {StateError} when the state cannot be used
 */
export async function runReplay(
  plan: ReplayPlan,
  options: ReplayOptions,
  reporter: ReplayReporter,
  output: Output,
): Promise<ExitStatus> {
  const { inputs, source, sink: sinkConfig } = plan;
  const logger = noticeLogger(({ facts, message }) => {
    // It is told in the summary, and no feed goes on here.
    if ((facts as { event?: unknown }).event !== 'goes_on') reporter.notice(facts, message);
  });
  const state =
    options.state === undefined
      ? undefined
      : await (await import('../../state/state.js')).openState(options.state, { logger });
  const stopping = new AbortController();
  const refusedAgain = new Causes();
  const skip = state?.position?.sequence ?? 0;
  let dealtWith = 0;
  let failure: { readonly error: unknown } | undefined;
  const unlisten = onStopSignals({
    first(signal) {
      reporter.stopping(signal);
      stopping.abort();
    },
    again: () => leave(EXIT.interrupted, 'SIGINT'),
  });
  try {
    if (state !== undefined) await checkSameInputs(state.path, inputs, skip > 0);
    const replays = new Replays();
    // A run of the feed may have the folder of its letters: it is not needed before something is refused again.
    const kept = plan.letters && (await openLetters(plan.letters, logger, false));
    const deadLetter = kept?.sink && { ...kept.sink, replaysOf: (sequence: number) => replays.of(sequence) };
    const sink = await openSink(sinkConfig, {
      feed: plan.name,
      logger,
      goesOn: true,
      state,
      deadLetter,
      isReplay: true,
    });
    if (sink.isOnTerminal) output.shareTerminal();
    const letters = kept?.source && new LetterWritable(kept.source.store, undefined, kept.source);
    letters?.on('error', (error) => {
      failure ??= { error };
      stopping.abort();
    });
    const again =
      source &&
      new Again(source, (letter) => {
        refusedAgain.add(letter.error.code, letter.error.message);
        letters?.write(letter);
      });
    const out: Page[] = [];
    const batch = new BatchStep(resolveBatchOptions({ size: source?.batchSize, maxBytes: source?.pageBytes }));
    const push = (page: Page | undefined): void => void (page !== undefined && out.push(page));
    const takers: LetterTaker[] = [];
    const takerOf = (input: Input): Taker => {
      if (input.kind === 'records' || again === undefined) {
        const isUnwrapped = options.unwrap === true;
        return new RecordTaker(input, { batch, push, now: () => systemClock.now(), isUnwrapped });
      }
      const taker = new LetterTaker(again, batch, push, replays);
      takers.push(taker);
      return taker;
    };
    const pages = pagesOf(inputs, {
      ...{ batch, out, takerOf, skip, speed: options.speed, clock: systemClock, stopping: stopping.signal },
      onRead: ({ path, size }, read) => reporter.progress(path, read, size),
      onTorn: (error) => reporter.torn(error),
      beforePages: () => stored(letters),
      onEnd(lines) {
        dealtWith = lines;
      },
      onFailed(error) {
        failure ??= { error };
      },
    });
    try {
      const readable = Readable.from(pages, { highWaterMark: 2 });
      await (state === undefined ? pipeline(readable, sink.stream) : pipeline(readable, state.keep(), sink.stream));
      // What was refused again is in its file by now.
      state?.advanceTo(dealtWith);
    } catch (error) {
      failure ??= { error };
    }
    for (const one of [kept, state]) {
      try {
        await one?.close();
      } catch (error) {
        failure ??= { error };
      }
    }
    reporter.summary({
      how: failure !== undefined ? 'failed' : stopping.signal.aborted ? 'stopped' : 'end_of_files',
      files: inputs.length,
      skipped: skip,
      stored: sink.stream.stats.records,
      refusedAgain,
      diverted: sink.delivery?.().diverted ?? 0,
      lost: takers.reduce((sum, { lost }) => sum + lost, 0),
      target: sink.target,
      deadLetter: kept?.source?.store.path,
      hasState: state !== undefined,
    });
    if (failure === undefined) return EXIT.ok;
    reporter.failure(asInput(failure.error));
    return EXIT.failed;
  } finally {
    await state?.close();
    unlisten();
  }
}

/** Waits until all that was refused again is stored, or cannot be. */
async function stored(letters: LetterWritable | undefined): Promise<void> {
  if (letters === undefined || letters.settled === letters.given) return;
  await new Promise<void>((resolve) => {
    letters.whenSettled(() => void (letters.settled === letters.given && resolve()));
  });
}

/** What the system says of a file that is read, when nobody has said more. */
function asInput(error: unknown): unknown {
  const { code, path } = error as NodeJS.ErrnoException;
  if (typeof path !== 'string' || typeof code !== 'string' || code.startsWith('ERR_')) return error;
  return new InputError(`It cannot be read (${code}).`, { file: path, reason: 'unreadable', cause: error });
}
