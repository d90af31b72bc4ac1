import type { TransformConfig } from '../../config/fields/transforms.js';
import { pathProblem } from '../../json/field.js';
import { parseValue } from '../../json/values.js';
import { flagError } from './flag-values.js';

/**
 * The transform that a `--filter` stands for: `path=value`, `path!=value`, or a `path` alone, which must be there and not
 * `null`. A value that is JSON is that value; any other is text.
 *
 * @throws {ConfigError} when the path cannot be read
 */
export function filterOf(text: string): TransformConfig {
  const [, path = '', operator, value = ''] = FILTER.exec(text) ?? [];
  const problem =
    path === '' ? "Expected 'path=value', 'path!=value', or a path that must be there." : pathProblem(path);
  if (problem !== undefined) throw flagError('--filter', problem);
  if (operator === undefined) return { type: 'filter', config: { path, op: 'exists' } };
  return { type: 'filter', config: { path, op: operator === '=' ? 'eq' : 'ne', value: valueIn(value) } };
}

function valueIn(text: string): unknown {
  try {
    return parseValue(text, 'bigint');
  } catch {
    return text;
  }
}

/** A path up to the first operator that stands in no quotes, the operator, and the value. */
const FILTER = /^((?:\[(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\]|(?!!=)[^=])+)(?:(!?=)(.*))?$/s;
