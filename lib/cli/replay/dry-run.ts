import { resolveBatchOptions } from '../../batch/options.js';
import type { Page } from '../../batch/page.js';
import { BatchStep } from '../../batch/step.js';
import { systemClock } from '../../internal/clock.js';
import { readLetter } from '../../parse/dead-letter-line.js';
import { Again } from '../../source/again.js';
import { EXIT, type ExitStatus } from '../process/exit-status.js';
import { formatNumber } from '../report/format.js';
import type { Output } from '../terminal/output.js';
import { Causes } from './causes.js';
import type { Input } from './inputs.js';
import { pagesOf } from './pages.js';
import type { ReplayPlan } from './plan.js';
import type { ReplayReporter } from './replay-reporter.js';
import { LetterTaker, RecordTaker, type Taker } from './taker.js';

/** Says what a replay would do: what dead letters were refused for, and what would become of them. Nothing is stored. */
export async function dryRun(
  plan: ReplayPlan,
  isJson: boolean,
  reporter: ReplayReporter,
  output: Output,
): Promise<ExitStatus> {
  const { inputs, source } = plan;
  const causes = new Causes();
  const refusedAgain = new Causes();
  const replays = { most: 0, replayed: 0 };
  const again = source && new Again(source, ({ error }) => refusedAgain.add(error.code, error.message));
  const out: Page[] = [];
  const batch = new BatchStep(resolveBatchOptions({}));
  let records = 0;
  const push = (page: Page | undefined): void => {
    records += page?.recordsAmong() ?? 0;
  };
  const takers: LetterTaker[] = [];
  let failure: { readonly error: unknown } | undefined;
  const takerOf = (input: Input): Taker => {
    if (input.kind === 'records' || again === undefined)
      return new RecordTaker(input, { batch, push, now: () => 0, isUnwrapped: false });
    const taker = new LetterTaker(again, batch, push);
    takers.push(taker);
    return counting(taker, causes, replays);
  };
  const pages = pagesOf(inputs, {
    ...{ batch, out, takerOf, skip: 0, speed: undefined, clock: systemClock, stopping: new AbortController().signal },
    onRead: ({ path, size }, read) => reporter.progress(path, read, size),
    onTorn: (error) => reporter.torn(error),
    onEnd() {},
    onFailed(error) {
      failure ??= { error };
    },
  });
  for await (const page of pages) push(page);
  const lost = takers.reduce((sum, taker) => sum + taker.lost, 0);
  const letters = causes.total;
  if (isJson) {
    const counts = {
      letters,
      replayed: replays.replayed,
      most_replays: replays.most,
      would_store: records,
      would_refuse: refusedAgain.total,
      lost,
    };
    output.sayJson({
      type: 'dry_run',
      files: inputs.length,
      ...counts,
      causes: causes.all,
      refused_again: refusedAgain.all,
    });
  } else {
    output.say([
      ...(letters === 0
        ? []
        : [`${formatNumber(letters, 'dead letter')} in ${formatNumber(inputs.length, 'file')}:`, ...table(causes)]),
      ...(replays.replayed === 0
        ? []
        : [
            `${formatNumber(replays.replayed, 'dead letter')} of these were replayed before, at most ${formatNumber(replays.most, 'time')}.`,
          ]),
      `${formatNumber(records, 'record')} would be stored, and nothing was.`,
      ...(refusedAgain.total === 0
        ? []
        : [`${formatNumber(refusedAgain.total, 'dead letter')} would be refused again:`, ...table(refusedAgain)]),
      ...(lost === 0
        ? []
        : [`${formatNumber(lost, 'dead letter')} cannot be put through: their bytes, or their place, are not known.`]),
    ]);
  }
  if (failure === undefined) return EXIT.ok;
  reporter.failure(failure.error);
  return EXIT.failed;
}

function counting(taker: LetterTaker, causes: Causes, replays: { most: number; replayed: number }): Taker {
  return {
    timeOf: () => undefined,
    take(bytes, start, end, sequence) {
      const letter = readLetter(bytes.subarray(start, end));
      if (letter !== undefined) {
        causes.add(letter.code, letter.message);
        replays.most = Math.max(replays.most, letter.replayCount);
        if (letter.replayCount > 0) replays.replayed += 1;
      }
      return taker.take(bytes, start, end, sequence);
    },
  };
}

function table(causes: Causes): string[] {
  const shown = causes.all.slice(0, MOST_SHOWN);
  const width = String(shown[0]?.count ?? 0).length;
  const codes = Math.max(...shown.map(({ code }) => code.length));
  const rows = shown.map(
    ({ code, reason, count }) => `  ${String(count).padStart(width)}  ${code.padEnd(codes)}  ${reason}`,
  );
  const rest = causes.all.length - shown.length;
  return rest === 0 ? rows : [...rows, `  and ${formatNumber(rest, 'other cause')}`];
}

const MOST_SHOWN = 20;
