import type { Context } from '../../config/context.js';
import type { ResolvedSinkConfig } from '../../config/sinks/kinds.js';
import { type ResolvedSourceConfig, resolveSourceConfig } from '../../config/source-config.js';
import { ConfigError } from '../../errors.js';
import { usablePipeline } from '../usable-pipeline.js';
import { checkFeedSide } from './feed.js';
import { type CheckResult, failed, ok, type Side, skipped, type Verdict } from './result.js';
import { checkSinkSide } from './sink.js';

/** What to look at, and for how long. */
export interface ExamineOptions {
  /** What the placeholders of the address are filled from. */
  readonly context: Context;
  /** How long the first frame may take. */
  readonly firstFrameMs: number;
  /** Aborted when the user has had enough of it. */
  readonly signal: AbortSignal;
}

/** Who hears of it. */
export interface Examiner {
  /** The configuration is valid, and says this: before anything is connected. */
  resolved(
    source: ResolvedSourceConfig,
    sink: ResolvedSinkConfig | undefined,
    fromEnvironment: readonly string[],
  ): void;
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
    plan = await planOf(target, options.context);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    tell('configuration', 'configuration', failed(error.message, ADVICE), performance.now() - startedAt);
    tell('feed', 'feed', skipped('not looked at, since the configuration is not valid'), undefined);
    tell('sink', 'sink', skipped('not looked at, since the configuration is not valid'), undefined);
    throw error;
  }
  examiner.resolved(plan.source, plan.sink, plan.fromEnvironment);
  tell('configuration', 'configuration', ok(plan.said), performance.now() - startedAt);
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
    for await (const check of checkSinkSide(plan.sink)) {
      const { name, detail, advice = '', elapsedMs } = check;
      tell('sink', name, check.ok ? ok(detail) : failed(detail, advice), elapsedMs);
      if (options.signal.aborted) break;
    }
  }
}

/** What a run would do. */
interface Plan {
  readonly source: ResolvedSourceConfig;
  readonly sink: ResolvedSinkConfig | undefined;
  readonly fromEnvironment: readonly string[];
  /** What was found when it was read. */
  readonly said: string;
}

async function planOf(target: string, context: Context): Promise<Plan> {
  if (ADDRESS.test(target)) {
    const source = resolveSourceConfig({ url: target, unbounded: true }, { context });
    return { source, sink: undefined, fromEnvironment: [], said: 'a valid address' };
  }
  const { source, sink, fromEnvironment } = await usablePipeline(target, context);
  return { source, sink, fromEnvironment, said: `${target === '-' ? 'standard input' : target} is valid` };
}

const ADDRESS = /^[a-z][a-z0-9+.-]*:\/\//i;
const ADVICE = 'Nothing was connected. `spillway help run` shows a pipeline file.';
