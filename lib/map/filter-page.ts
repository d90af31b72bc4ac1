import type { Page } from '../batch/page.js';
import type { Stage } from '../stage/stage.js';
import type { WorkContext } from '../stage/work-context.js';
import type { WorkOptions } from './options.js';
import { pageGlue } from './page-glue.js';

/**
 * A stage that lets some records of a page through, decided for all of them in one call. `keep` returns, or resolves to, an array
 * with something truthy for each line of the page (`page.length`) that is to stay, or a `Page`. Those that stay keep their bytes. Gaps
 * among the lines stay in any case. A page with nothing left is left out. It stands behind `batch()`.
 *
 * Errors: `ERR_CONFIG` after what came before is delivered, when `keep` fails or returns something else.
 *
 * @throws {ConfigError} when `keep` is no function, or an option is not valid
 * @example
 * ```ts
 * filterPage(async (page, { signal }) => areKnown(page.records, signal))
 * ```
 */
export function filterPage<T>(
  keep: (page: Page<T>, context: WorkContext) => readonly unknown[] | Page<T> | Promise<readonly unknown[] | Page<T>>,
  options: WorkOptions = {},
): Stage<Page<T>, Page<T>> {
  return pageGlue(
    'filterPage',
    {
      work: keep,
      wanted: 'an array with true or false for each line, or a page',
      lineOf: (message, isKept) => (isKept ? message : undefined),
    },
    options,
  );
}
