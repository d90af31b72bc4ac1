import { tellCaptures } from './captures.js';
import { tellFailures } from './failures.js';
import { freshHelp } from './help.js';
import { refusedFiles } from './refused-files.js';
import { refusedOptions } from './refused-options.js';
import { tellReports } from './reports.js';

/** Texts that people read, by the names under which they are written down below test/docs/. `npm run readme` writes them. */
export const GOLDENS: Readonly<Record<string, () => string | Promise<string>>> = {
  captures: tellCaptures,
  failures: tellFailures,
  help: freshHelp,
  'refused-files': refusedFiles,
  'refused-options': refusedOptions,
  reports: tellReports,
};
