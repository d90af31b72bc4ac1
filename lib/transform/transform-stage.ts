import type { ResolvedRejectOptions } from '../internal/reject-options.js';
import type { Message } from '../parse/message.js';
import { type Stage, stageOf } from '../stage/stage.js';
import type { RecordStep } from './record-step.js';
import { TransformStep } from './transform-step.js';

/**
 * A stage around one transform, which is made anew for each stream.
 *
 * @param place where it stands in a configuration
 * @throws what `record` throws
 */
export function transformStage(
  record: () => RecordStep,
  options: ResolvedRejectOptions,
  place?: string,
): Stage<Message, Message> {
  record();
  return stageOf<Message, Message>('message', (outlet) => new TransformStep(record(), options, outlet, place));
}
