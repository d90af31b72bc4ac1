import { TRANSFORM_ADVICE, TransformError } from '../errors.js';
import { inNamesOf, type Surface } from '../internal/surface.js';
import type { DeadLetter } from '../parse/dead-letter.js';
import type { FrameFacts } from '../parse/message.js';

/**
 * The dead letter of a record that a stage cannot be applied to.
 *
 * @param stage what a pipeline file calls it, or code
 * @param place where it stands, when that is in a pipeline file
 */
export function refusal(
  stage: string,
  reason: string,
  { sequence, connection, receivedAt, url }: FrameFacts,
  text: Uint8Array,
  surface: Surface,
  place?: string,
): DeadLetter {
  const advice = inNamesOf(surface, TRANSFORM_ADVICE);
  const error = new TransformError({ transform: stage, reason, sequence, connection, advice });
  return {
    data: Buffer.from(text),
    error,
    offset: undefined,
    sequence,
    receivedAt,
    connection,
    url,
    ...(place && { place }),
  };
}
