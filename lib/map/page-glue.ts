import { notAPage, Page } from '../batch/page.js';
import { BatchStep } from '../batch/step.js';
import { optionError } from '../errors.js';
import { functionFailed, isPromise, wrongResult } from '../internal/given-function.js';
import { isFunction } from '../internal/options.js';
import type { Message } from '../parse/message.js';
import { type Stage, stageOf } from '../stage/stage.js';
import type { WorkContext } from '../stage/work-context.js';
import { WorkStep } from '../stage/work-step.js';
import { callLimit, resolveWorkOptions, type WorkOptions } from './options.js';

/** How a stage over pages makes one page of another. */
interface PageWork<T, U> {
  /** The user's function. */
  readonly work: (page: Page<T>, context: WorkContext) => unknown;
  /** What the function is to return, as the end of a sentence. */
  readonly wanted: string;
  /** What becomes of the record that the function gave this for; `undefined` leaves it out. */
  lineOf(message: Message<T>, given: unknown): Message<U> | undefined;
}

/** A stage around a function of the user's that gives something for each line of a page, gaps among them, or another page. */
export function pageGlue<T, U>(
  name: 'mapPage' | 'filterPage',
  { work, wanted, lineOf }: PageWork<T, U>,
  given: WorkOptions,
): Stage<Page<T>, Page<U>> {
  if (!isFunction(work)) throw optionError(name, 'Expected a function of the page.');
  const options = resolveWorkOptions(name, given);
  const limit = callLimit(name, options);
  const stage = stageOf<Page, Page>('page', (outlet) => {
    return new WorkStep<Page>(outlet, {
      ...options,
      limit,
      do(page, context) {
        const lines = work(page as Page<T>, context);
        return isPromise(lines) ? lines.then((later) => remade(page, later)) : remade(page, lines);
      },
      isExempt(page) {
        if (!(page instanceof Page)) throw notAPage(name, page);
        return false;
      },
      refuse(_page, error) {
        throw functionFailed(name, error);
      },
      leftOut(page, result) {
        const count = page.recordsAmong() - (result?.recordsAmong() ?? 0);
        if (result !== page) page.release();
        return count;
      },
    });
  });
  return stage as Stage<Page<T>, Page<U>>;

  function remade(page: Page, lines: unknown): Page | undefined {
    if (lines instanceof Page) return lines;
    const { messages, length } = page;
    if (!Array.isArray(lines)) throw wrongResult(name, lines, wanted);
    if (lines.length !== length) {
      throw optionError(
        name,
        `The function returned ${lines.length} items for a page of ${length} lines. Return ${wanted}.`,
      );
    }
    const batch = new BatchStep({ size: 0, maxBytes: Number.POSITIVE_INFINITY });
    for (const [index, message] of messages.entries()) {
      const line = message.isGap ? message : lineOf(message as Message<T>, lines[index]);
      if (line !== undefined) batch.add(line);
    }
    return batch.flush();
  }
}
