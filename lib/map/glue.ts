import { functionFailed } from '../internal/given-function.js';
import { Message, notAMessage } from '../parse/message.js';
import { refusal } from '../stage/refusal.js';
import { Refusals } from '../stage/refusals.js';
import { type Stage, stageOf } from '../stage/stage.js';
import type { WorkContext } from '../stage/work-context.js';
import { WorkStep } from '../stage/work-step.js';
import { callLimit, type MapOptions, resolveMapOptions } from './options.js';

/** A function over messages: a message or nothing out. */
type MessageWork<T, U> = (
  message: Message<T>,
  context: WorkContext,
) => Message<U> | undefined | PromiseLike<Message<U> | undefined>;

/** A stage around a function of the user's. */
export function glue<T, U>(
  name: 'map' | 'filter',
  work: MessageWork<T, U>,
  given: MapOptions,
): Stage<Message<T>, Message<U>> {
  const options = resolveMapOptions(name, given);
  const limit = callLimit(name, options, options.onError === 'fail' ? ELSEWISE : '');
  const stage = stageOf<Message, Message>('message', (outlet) => {
    const refusals = new Refusals(options, outlet);
    return new WorkStep<Message>(outlet, {
      ...options,
      limit,
      do(message, context) {
        return work(message as Message<T>, context);
      },
      isExempt(message) {
        if (!(message instanceof Message)) throw notAMessage(name, message);
        return message.isGap;
      },
      refuse(message, error) {
        const failure = functionFailed(name, error);
        if (options.onError === 'fail') throw failure;
        refusals.handle(refusal(name, failure.message, message.frame, message.text, options.surface));
      },
      leftOut(_message, result) {
        return result === undefined ? 1 : 0;
      },
      refusals,
    });
  });
  return stage as Stage<Message<T>, Message<U>>;
}

const ELSEWISE = "; `onError: 'skip'` and `'divert'` go on without such a record";
