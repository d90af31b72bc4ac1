import { bytesOf, expectedSize } from '../../internal/options/byte-size.js';
import { optionsOf } from '../../internal/options/key.js';
import type { Form, OptionTable } from '../../internal/options/option.js';
import { type Finding, type Path, valueFinding } from '../check/findings.js';
import { POSITIVE_DURATION_PATTERN, parseDuration } from '../durations.js';
import { formFor, memberOf } from './option-surface.js';

/**
 * What a schema does not see: it holds `minimum` and `maximum` against numbers alone, and its pattern of a duration sees no further than that a
 * text is not zero.
 *
 * @param given what a configuration says of the options
 */
export function textFindings(table: OptionTable, given: unknown, at: Path = []): Finding[] {
  return optionsOf(table).flatMap(({ key, option }) => findingsAt(option.form, [...at, key], memberOf(given, key)));
}

function findingsAt(form: Form, path: Path, value: unknown): Finding[] {
  switch (form.kind) {
    case 'duration': {
      const isShort = typeof value === 'string' && POSITIVE_TEXT.test(value) && parseDuration(value) < 1;
      return form.minMs === 1 && isShort
        ? [valueFinding(path, 'Expected a duration of at least 1 ms, but found a shorter one.')]
        : [];
    }
    case 'bytes': {
      const { min, max } = form;
      const bytes = typeof value === 'string' ? bytesOf(value) : undefined;
      if (typeof bytes !== 'number' || (bytes >= min && bytes <= (max ?? Number.MAX_SAFE_INTEGER))) return [];
      return [valueFinding(path, `Expected ${expectedSize(min, max)}, but found ${bytes}.`)];
    }
    case 'shape':
      return textFindings(form.table, value, path);
    case 'list':
      return Array.isArray(value) ? value.flatMap((one, index) => findingsAt(form.item, [...path, index], one)) : [];
    case 'either':
      return findingsAt(formFor(form.forms, value), path, value);
    default:
      return [];
  }
}

const POSITIVE_TEXT = new RegExp(POSITIVE_DURATION_PATTERN);
