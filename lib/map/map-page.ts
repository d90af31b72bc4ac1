import type { Page } from '../batch/page.js';
import type { Stage } from '../stage/stage.js';
import type { WorkContext } from '../stage/work-context.js';
import { changed } from './changed.js';
import type { ValueOf } from './map.js';
import type { WorkOptions } from './options.js';
import { pageGlue } from './page-glue.js';

/**
 * A stage that gives the records of a page other values, all in one call: for what is cheaper by the page, such as a look-up. `change`
 * returns, or resolves to, an array with a value for each line of the page (`page.length`, as `page.records` and `page.messages`
 * have them), or a `Page`. `undefined` drops a record, and a `Message`, such as `page.messages[i]`, goes on with its text as it is. Gaps
 * among the lines stay, whatever stands at their place. A page with nothing left is left out. It stands behind `batch()`.
 *
 * Errors: `ERR_CONFIG` after what came before is delivered, when `change` fails or returns something else.
 *
 * @throws {ConfigError} when `change` is no function, or an option is not valid
 * @example
 * ```ts
 * mapPage(async (page, { signal }) => withNames(page.records, signal), { concurrency: 4 })
 * ```
 */
export function mapPage<T, U>(
  change: (page: Page<T>, context: WorkContext) => Lines<U> | Promise<Lines<U>>,
  options: WorkOptions = {},
): Stage<Page<T>, Page<ValueOf<Exclude<U, undefined>>>> {
  return pageGlue(
    'mapPage',
    {
      work: change,
      wanted: 'an array with a value for each line, where `undefined` drops a record, or a page',
      lineOf: (message, value) => (value === undefined ? undefined : changed('mapPage', message, value)),
    },
    options,
  );
}

/** What a function of a page gives: something for each of its lines, or another page. */
export type Lines<U> = readonly U[] | Page<U>;
