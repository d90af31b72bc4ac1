import { dressResult, dressVerdict } from '../dress.js';
import { formatDuration, formatNumber } from '../format.js';
import type { Output } from '../output.js';
import { wrap } from '../width.js';
import type { CheckResult } from './result.js';

/** Tells what was found, look by look, and what it comes to. */
export class Report {
  readonly #output: Output;
  readonly #isJson: boolean;
  readonly #columns: number;
  readonly #results: CheckResult[] = [];
  /** What was not looked at for one and the same reason, and is told in one line. */
  #skipped: CheckResult[] = [];

  /** @param columns what a line may take; `undefined` where nothing limits it */
  constructor(output: Output, isJson: boolean, columns: number | undefined) {
    this.#output = output;
    this.#isJson = isJson;
    this.#columns = Math.max((columns ?? Number.POSITIVE_INFINITY) - INDENT, MIN_COLUMNS);
  }

  /** Whether a look failed so far. */
  get hasFailed(): boolean {
    return this.#results.some(({ status }) => status === 'failed');
  }

  tell(result: CheckResult): void {
    this.#results.push(result);
    if (this.#isJson) {
      this.#output.sayJson(resultFacts(result));
      return;
    }
    if (this.#skipped.length > 0 && this.#skipped[0]?.detail !== result.detail) this.#tellSkipped();
    if (result.status === 'skipped') this.#skipped.push(result);
    else this.#output.say(resultText(result, this.#columns), dressResult);
  }

  /** The last word. */
  conclude(): void {
    const named = (status: CheckResult['status']) =>
      this.#results.filter((result) => result.status === status).map(({ name }) => name);
    const [failures, warnings, skips] = [named('failed'), named('warning'), named('skipped')];
    if (this.#isJson) {
      this.#output.sayJson({ type: 'verdict', ok: failures.length === 0, failed: failures, warned: warnings });
      return;
    }
    this.#tellSkipped();
    const looked = this.#results.length - skips.length;
    const warned = warnings.length === 0 ? '' : ` ${formatNumber(warnings.length, 'warning')}: ${warnings.join(', ')}.`;
    this.#output.say(
      failures.length === 0
        ? `\nNothing found that stands in the way of a run.${warned}`
        : `\n${failures.length} of ${formatNumber(looked, 'look')} failed: ${failures.join(', ')}.${warned}`,
      dressVerdict,
    );
  }

  #tellSkipped(): void {
    const [first] = this.#skipped;
    if (first === undefined) return;
    this.#output.say(
      resultText({ ...first, name: this.#skipped.map(({ name }) => name).join(', ') }, this.#columns),
      dressResult,
    );
    this.#skipped = [];
  }
}

function resultText({ status, name, detail, advice, elapsedMs }: CheckResult, columns: number): string {
  const took = elapsedMs === undefined ? '' : formatDuration(elapsedMs);
  const said = [`${name}: ${detail}`, ...(advice === undefined ? [] : [advice])].join('\n');
  // Below the name, so that the marks stand alone.
  const text = wrap(said, columns).replaceAll('\n', `\n${' '.repeat(INDENT)}`);
  return `${MARKS[status].padEnd(4)} ${took.padStart(8)}  ${text}`;
}

function resultFacts({ side, name, status, detail, advice, elapsedMs }: CheckResult): object {
  return {
    type: 'check',
    side,
    name,
    status,
    detail,
    advice: advice ?? null,
    elapsed_ms: elapsedMs === undefined ? null : Math.round(elapsedMs),
  };
}

/** How far in the name of a look stands. */
const INDENT = 15;
/** Below that, there would be a word a line. */
const MIN_COLUMNS = 20;
const MARKS = { ok: 'ok', warning: 'warn', failed: 'FAIL', skipped: 'skip' } as const;
