import { optionError } from '../errors.js';
import { isTexts } from '../internal/options.js';
import { compilePath, type Path } from '../json/field.js';

/**
 * The paths to select, compiled.
 *
 * @param option the name of the option that they came from
 * @throws {ConfigError} when there is none, one cannot be read, or two are the same
 */
export function selectPaths(paths: readonly string[], option: string): Path[] {
  if (!isTexts(paths) || paths.length === 0 || paths.length > MAX_PATHS) {
    throw optionError(option, `Expected a list of 1 to ${MAX_PATHS} paths, such as "data.price".`);
  }
  return paths.map((path, index) => {
    if (path === '') throw optionError(`${option}[${index}]`, 'Expected the path of a field, not an empty one.');
    if (paths.indexOf(path) < index)
      throw optionError(`${option}[${index}]`, 'This path stands there twice. Remove one.');
    return compilePath(path, `${option}[${index}]`);
  });
}

const MAX_PATHS = 1_000;
