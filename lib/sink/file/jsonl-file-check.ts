import type { SinkCheck } from '../check.js';
import { examineEnd } from './examine-end.js';
import { checkFile } from './file-check.js';
import { type JsonlFileOptions, resolveJsonlFileOptions } from './jsonl-file-options.js';

/**
 * Looks at where a `jsonlFile` sink would write to: see {@link checkFile}.
 *
 * @throws {ConfigError} when the path or an option is not valid, or this Node lacks the compression
 */
export function checkJsonlFile(path: string, options: JsonlFileOptions = {}): AsyncGenerator<SinkCheck> {
  return checkFile(path, { ...resolveJsonlFileOptions(path, options), examineEnd });
}
