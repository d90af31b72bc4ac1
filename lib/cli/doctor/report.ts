import { formatDuration, formatNumber } from '../report/format.js';
import { dressResult, dressVerdict } from '../terminal/dress.js';
import type { Output } from '../terminal/output.js';
import { wrap } from '../terminal/width.js';
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
    const [first] = this.#skipped;
    if (first !== undefined && first.detail !== result.detail) this.#tellSkipped();
    if (result.status === 'skipped') this.#skipped.push(result);
    else this.#say(result);
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
    const verdict =
      failures.length === 0
        ? `Nothing found that stands in the way of a run.${warned}`
        : `${failures.length} of ${formatNumber(looked, 'look')} failed: ${failures.join(', ')}.${warned}`;
    this.#output.say(['', verdict], dressVerdict);
  }

  #tellSkipped(): void {
    const [first] = this.#skipped;
    if (first === undefined) return;
    this.#say({ ...first, name: this.#skipped.map(({ name }) => name).join(', ') });
    this.#skipped = [];
  }

  #say({ status, name, detail, more = [], advice, elapsedMs }: CheckResult): void {
    const took = elapsedMs === undefined ? '' : formatDuration(elapsedMs);
    const said = [`${name}: ${detail}`, ...more, ...(advice === undefined ? [] : [advice])];
    // Clean before it is cut into lines, since that is what takes the columns; and below the name, so that the marks stand alone.
    const [first, ...below] = said.flatMap((line) => wrap(this.#output.clean(line), this.#columns).split('\n'));
    const indented = below.map((line) => ' '.repeat(INDENT) + line);
    this.#output.say([`${MARKS[status].padEnd(4)} ${took.padStart(8)}  ${first}`, ...indented], dressResult);
  }
}

function resultFacts({ side, name, status, detail, more = [], advice, elapsedMs }: CheckResult): object {
  return {
    type: 'check',
    side,
    name,
    status,
    detail: [detail, ...more].join('\n'),
    advice: advice ?? null,
    elapsed_ms: elapsedMs === undefined ? null : Math.round(elapsedMs),
  };
}

/** How far in the name of a look stands. */
const INDENT = 15;
/** Below that, there would be a word a line. */
const MIN_COLUMNS = 20;
const MARKS = { ok: 'ok', warning: 'warn', failed: 'FAIL', skipped: 'skip' } as const;
