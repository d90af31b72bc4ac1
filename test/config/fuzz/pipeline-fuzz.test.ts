import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import { it } from 'node:test';
import { createContext, Script } from 'node:vm';
import fc from 'fast-check';
import { describeError, errorFacts } from '../../../lib/cli/report/describe-error.js';
import { secretsOf } from '../../../lib/cli/secrets.js';
import { checkUsable } from '../../../lib/cli/usable-pipeline.js';
import { ConfigError } from '../../../lib/errors.js';
import { parsePipelineText } from '../../../lib/feed/pipeline-file.js';
import { Generator } from '../../json/generate.js';
import { mutant } from './mutants.js';
import { isExposed, SAMPLES, SECRET_IN_ENVIRONMENT, SECRET_IN_FILE } from './samples.js';

const RUNS = Number(process.env['SPILLWAY_PIPELINE_FUZZ'] ?? 2_000);
const seed = Number(process.env['SPILLWAY_FUZZ_SEED'] ?? 20_250_115);
const env = { [SECRET_IN_ENVIRONMENT.name]: SECRET_IN_ENVIRONMENT.value };

it('the pipeline files that are mutated are valid', () => {
  for (const text of SAMPLES) assert.equal(outcome(text), undefined, text);
});

it(`${RUNS} mutated pipeline files are valid, or refused in sentences that show no secret`, (t) => {
  t.diagnostic(`SPILLWAY_FUZZ_SEED=${seed}`);
  const found = { valid: 0, refused: 0, problems: new Set<string>() };
  const look = (bytes: Buffer): void => {
    // Whoever reads a file refuses these before anybody looks at the text.
    if (!isUtf8(bytes)) return;
    const text = bytes.toString();
    // To compile a record schema takes as long as all else for ten files.
    const error = outcome(text, found.valid % 10 === 0);
    if (error === undefined) {
      found.valid += 1;
      return;
    }
    found.refused += 1;
    assertTold(error, text);
    for (const { message } of error.problems) found.problems.add(message.replace(/`.*?`|".*?"|\d+/g, '…'));
  };
  const stackTraceLimit = Error.stackTraceLimit;
  // One line is enough to see that none is shown.
  Error.stackTraceLimit = 1;
  t.after(() => {
    Error.stackTraceLimit = stackTraceLimit;
  });
  fc.assert(
    fc.property(fc.integer(), (start) => {
      const random = new Generator(start);
      eachWithinReason(
        Array.from({ length: SOME }, () => mutant(random)),
        look,
      );
    }),
    { numRuns: Math.ceil(RUNS / SOME), seed, endOnFailure: true },
  );
  t.diagnostic(`${found.valid} valid, ${found.refused} refused in ${found.problems.size} ways`);
  assert.ok(found.valid > RUNS / 20, 'some mutants stay valid');
  assert.ok(found.refused > RUNS / 4, 'many mutants are refused');
  assert.ok(found.problems.size > 30, 'for many reasons');
});

/** Why `spillway run` refuses the text, or `undefined` when it would connect. */
function outcome(text: string, isThorough = true): ConfigError | undefined {
  try {
    const pipeline = parsePipelineText(text, { env, file: 'feed.yaml' });
    secretsOf(pipeline.source);
    if (isThorough) checkUsable(pipeline, 'feed.yaml');
    return undefined;
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

function assertTold(error: ConfigError, text: string): void {
  const lines = text.split('\n').length;
  assert.ok(error.problems.length > 0 && error.problems.length <= 100);
  for (const { message, line = 1, column = 1 } of error.problems) {
    assert.match(message, /^[A-Z`].*[.?]$/s);
    assert.ok(line >= 1 && line <= lines && column >= 1);
  }
  assert.doesNotMatch(describeError('spillway', error, false).join('\n'), /\n\s+at /);
  // Not even with --verbose.
  const said = [...describeError('spillway', error, true), JSON.stringify(errorFacts(error, true))].join('\n');
  assert.ok(said.length < 1_000_000);
  assert.ok(!said.includes(SECRET_IN_ENVIRONMENT.value), said);
  assert.ok(!said.includes(SECRET_IN_FILE) || isExposed(text), said);
}

/** Calls `look` with each input. One that goes on without end is stopped by force, and told. */
function eachWithinReason(inputs: readonly Buffer[], look: (input: Buffer) => void): void {
  let current: Buffer | undefined;
  SURROUNDINGS.work = () => {
    for (current of inputs) look(current);
  };
  try {
    WORK.runInContext(SURROUNDINGS, { timeout: MANY_TIMES_WHAT_IT_TAKES_MS });
  } catch (error) {
    throw new Error(`Went wrong with this file:\n${current?.toString()}`, { cause: error });
  }
}

/** A context of its own is what can be stopped; to enter it takes as long as a file does, so there go some at a time. */
const SURROUNDINGS = createContext({}) as { work?: () => void };
const WORK = new Script('work()');
const SOME = 25;
const MANY_TIMES_WHAT_IT_TAKES_MS = 60_000;
