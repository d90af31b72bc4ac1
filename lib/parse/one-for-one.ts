import type { Readable, TransformCallback } from 'node:stream';
import through2 from 'through2';
import { failAfterDelivery, trackPipes } from '../internal/chain.js';
import type { TransformOf } from '../internal/typed-streams.js';
import { Message, notAMessage } from './message.js';

/** A stage that makes one message of each, and cannot fail. */
export function oneForOne<T, U>(
  name: string,
  make: (message: Message) => Message,
): TransformOf<Message<T>, Message<U>> {
  const stage = through2.obj(
    { highWaterMark: HIGH_WATER_MARK },
    (message: unknown, _encoding: string, callback: TransformCallback) => {
      if (message instanceof Message) callback(null, make(message));
      // The callback is not called any more: nothing further is taken in.
      else failAfterDelivery(stage as unknown as Readable, notAMessage(name, message));
    },
  );
  trackPipes(stage as unknown as Readable);
  return stage as unknown as TransformOf<Message<T>, Message<U>>;
}

const HIGH_WATER_MARK = 64;
