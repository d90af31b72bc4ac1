import type { Readable, Transform, TransformCallback } from 'node:stream';
import through2 from 'through2';
import { failAfterDelivery, trackPipes } from '../internal/chain.js';
import { functionFailed } from '../internal/given-function.js';
import { Message, notAMessage } from '../parse/message.js';

/** A stage around a function of the user's: message in, message or nothing out. */
export function glue(name: string, work: (message: Message) => Promise<Message | undefined>): Transform {
  const stage = through2.obj((message: Message, _encoding: string, callback: TransformCallback) => {
    if (!(message instanceof Message)) {
      failAfterDelivery(stage as unknown as Readable, notAMessage(name, message));
      return;
    }
    if (message.isGap) {
      callback(null, message);
      return;
    }
    work(message).then(
      (result) => (result === undefined ? callback() : callback(null, result)),
      // The callback is not called any more: nothing further is taken in.
      (error: unknown) => failAfterDelivery(stage as unknown as Readable, functionFailed(name, error)),
    );
  });
  trackPipes(stage as unknown as Readable);
  return stage as unknown as Transform;
}
