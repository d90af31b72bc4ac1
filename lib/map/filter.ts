import { isPromise } from '../internal/given-function.js';
import type { Message } from '../parse/message.js';
import type { Stage } from '../stage/stage.js';
import type { WorkContext } from '../stage/work-context.js';
import { glue } from './glue.js';
import type { MapOptions } from './options.js';

/** Whether a record goes on: truthy, or a promise of that. */
export type Keep<T> = (message: Message<T>, context: WorkContext) => unknown;

/** A stage that lets through the records for which `keep` returns, or resolves to, something truthy. */
export function filterBy<T>(keep: Keep<T>, options: MapOptions): Stage<Message<T>, Message<T>> {
  return glue<T, T>(
    'filter',
    (message, context) => {
      const isKept = keep(message, context);
      if (isPromise(isKept)) return isKept.then((later) => (later ? message : undefined));
      return isKept ? message : undefined;
    },
    options,
  );
}
