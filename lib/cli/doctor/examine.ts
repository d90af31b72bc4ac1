import { resolveSourceConfig } from '../../config/source-config.js';
import { ConfigError } from '../../errors.js';
import { lettersApart } from '../../feed/feed-letters.js';
import { lookAtSink } from '../../feed/open-sink.js';
import type { ResolvedOtel } from '../../feed/otel-config.js';
import type { PipelineOptions } from '../../feed/pipeline-file.js';
import type { ResolvedSink } from '../../feed/sinks.js';
import type { ResolvedSpool } from '../../feed/spool-config.js';
import type { ResolvedState } from '../../feed/state-config.js';
import type { SinkCheck } from '../../sink/check.js';
import { filledConfig } from '../capture/flag-config.js';
import type { Configured } from '../exposure.js';
import { noteText, shownName } from '../report/note-text.js';
import { usablePipeline } from '../usable-pipeline.js';
import { checkDeadLetters } from './dead-letter.js';
import { checkFeedSide } from './feed.js';
import { type CheckResult, failed, ok, type Side, skipped, type Verdict } from './result.js';

/** What to look at, and for how long. */
export interface ExamineOptions {
  /** What fills placeholders. */
  readonly given: () => Promise<PipelineOptions>;
  /** How long the first frame may take. */
  readonly firstFrameMs: number;
  /** Aborted when the user has had enough of it. */
  readonly signal: AbortSignal;
}

/** Who hears of it. */
export interface Examiner {
  /** The configuration is valid, and says this: before anything is connected. */
  resolved(plan: Configured): void;
  /** Secrets came up that the configuration does not hold. */
  met(secrets: readonly string[]): void;
  /** What one look found, as soon as it is known. */
  found(result: CheckResult): void;
}

/**
 * Looks at all that a run needs. The sink's side is looked at even when the feed's side fails: what is wrong there has
 * nothing to do with it.
 *
 * @param target a pipeline file, `-` for standard input, or an address
 * @throws {ConfigError} when the configuration is not valid, after that was told
 */
export async function examine(target: string, options: ExamineOptions, examiner: Examiner): Promise<void> {
  const tell = (side: Side, name: string, verdict: Verdict, elapsedMs: number | undefined): void =>
    examiner.found({ side, name, ...verdict, elapsedMs });
  const startedAt = performance.now();
  let plan: Plan;
  try {
    plan = await planOf(target, await options.given());
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const [first = '', ...more] = error.message.split('\n');
    tell('configuration', 'configuration', failed(first, ADVICE, more), performance.now() - startedAt);
    tell('feed', 'feed', skipped('not looked at, since the configuration is not valid'), undefined);
    tell('sink', 'sink', skipped('not looked at, since the configuration is not valid'), undefined);
    throw error;
  }
  examiner.resolved(plan);
  tell('configuration', 'configuration', ok(plan.said, plan.notes), performance.now() - startedAt);
  await checkFeedSide(
    plan.source,
    { ...options, secretsMet: (secrets) => examiner.met(secrets) },
    (name, verdict, elapsedMs) => tell('feed', name, verdict, elapsedMs),
  );
  if (plan.sink === undefined) {
    tell('sink', 'sink', skipped('not looked at: an address alone names none'), undefined);
  } else if (options.signal.aborted) {
    tell('sink', 'sink', skipped('not looked at: interrupted'), undefined);
  } else {
    for await (const check of looksAt(plan.sink, plan)) {
      const { name, detail, advice = '', elapsedMs } = check;
      tell('sink', name, check.ok ? ok(detail) : failed(detail, advice), elapsedMs);
      if (options.signal.aborted) break;
    }
  }
  if (plan.otel !== undefined && !options.signal.aborted) {
    const { checkOtel } = await import('./otel.js');
    const lookedAt = performance.now();
    tell('observability', 'OpenTelemetry', await checkOtel(plan.otel), performance.now() - lookedAt);
  }
}

async function* looksAt(sink: ResolvedSink, { source, state, spool }: Plan): AsyncGenerator<SinkCheck> {
  const { deadLetter } = source;
  yield* lookAtSink(sink, { goesOn: state !== undefined || spool !== undefined });
  if (state !== undefined) {
    const { checkState } = await import('./state.js');
    yield await checkState(state);
  }
  if (spool !== undefined) {
    const { checkSpool } = await import('./spool.js');
    yield await checkSpool(spool);
  }
  if (deadLetter !== undefined) yield await checkDeadLetters(deadLetter);
  const ofSink = lettersApart({ source, sink });
  if (ofSink !== undefined) yield await checkDeadLetters(ofSink, 'dead letter of the sink');
}

/** What a run would do. */
interface Plan extends Configured {
  readonly state?: ResolvedState | undefined;
  readonly spool?: ResolvedSpool | undefined;
  readonly otel?: ResolvedOtel | undefined;
  /** What was found when it was read. */
  readonly said: string;
  /** What it holds that has no effect, a line each. */
  readonly notes: readonly string[];
}

async function planOf(target: string, options: PipelineOptions): Promise<Plan> {
  if (ADDRESS.test(target)) {
    const { config, secrets, isHidden } = filledConfig({ url: target, unbounded: true }, options);
    const source = resolveSourceConfig(config, { context: options.context, isHidden });
    return { source, secrets, said: 'a valid address', notes: [] };
  }
  const { source, sink, state, spool, otel, secrets, notes } = await usablePipeline(target, options);
  const file = shownName(target);
  const said = notes.map((note) => noteText(note, file));
  return { source, sink, state, spool, otel, secrets, said: `${file} is valid`, notes: said };
}

/** Or what the environment gives. */
const ADDRESS = /^(?:[a-z][a-z0-9+.-]*:\/\/|\$\{env:)/i;
const ADVICE = 'Nothing was connected. `spillway help run` shows a pipeline file.';
