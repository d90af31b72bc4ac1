import { TransformError } from '../errors.js';
import type { DeadLetter } from '../parse/dead-letter.js';
import type { FrameFacts } from '../parse/message.js';
import type { TransformName } from './record-step.js';

/** The dead letter of a record that a transform cannot be applied to. */
export function refusal(
  transform: TransformName,
  reason: string,
  { sequence, connection, receivedAt, url }: FrameFacts,
  text: Uint8Array,
): DeadLetter {
  const error = new TransformError({ transform, reason, sequence, connection });
  return { data: Buffer.from(text), error, offset: undefined, sequence, receivedAt, connection, url };
}
