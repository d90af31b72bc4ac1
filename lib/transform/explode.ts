import { optionError } from '../errors.js';
import { field, oneOf, resolveOptions } from '../internal/options.js';
import { resolveRejectOptions } from '../internal/reject-options.js';
import type { Message } from '../parse/message.js';
import type { Stage } from '../stage/stage.js';
import { type ExplodeOptions, ExplodeStep, type OnMissing } from './explode-step.js';
import type { TransformOptions } from './options.js';
import { ON_MISSING } from './rules.js';
import { transformStage } from './transform-stage.js';

/**
 * The stage that makes a record for each element of an array in it. The members of an element that is an object take the
 * array's place, under keys that begin with a prefix; any other element does so itself. All else keeps its bytes.
 *
 * Errors: `ERR_TRANSFORM`, with `onError: 'fail'`: a record has such a key already, has no array and `onMissing` is
 * `'error'`, or would come to more than 64 MiB.
 *
 * @throws {ConfigError} when an option is not valid
 * @example
 * ```ts
 * explode({ path: 'items' }) // {"id":1,"items":[{"n":2},{"n":3}]} → {"id":1,"items_n":2}, {"id":1,"items_n":3}
 * ```
 */
export function explode(what: ExplodeOptions, options: TransformOptions = {}): Stage<Message, Message> {
  const given = resolveOptions<Given>('explode', what, FIELDS);
  const { path } = given;
  if (path === undefined) throw optionError('explode.path', 'Expected the path of an array, such as "items".');
  return transformStage(() => new ExplodeStep({ ...given, path }, 'explode'), resolveRejectOptions('explode', options));
}

interface Given {
  readonly path: ExplodeOptions['path'] | undefined;
  readonly prefix: string | undefined;
  readonly separator: string | undefined;
  readonly onMissing: OnMissing;
}

const isText = (value: unknown): boolean => typeof value === 'string';

const FIELDS = {
  path: field<Given['path']>(undefined, 'a path such as "items"', (value) => isText(value) || Array.isArray(value)),
  prefix: field<Given['prefix']>(undefined, 'a string', isText),
  separator: field<Given['separator']>(undefined, 'a string', isText),
  onMissing: oneOf<OnMissing>('passthrough', ON_MISSING),
};
