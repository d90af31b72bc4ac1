import type { Page } from '../../../batch/page.js';
import { SinkError } from '../../../errors.js';
import { classify, type Failure } from '../../../kafka/failures.js';
import type { KafkaBatch } from '../partitions/kafka-batch.js';
import type { PartitionQueue } from '../partitions/partition-queue.js';
import type { BadRecord } from '../partitions/router.js';

/** What ended a run early. */
export interface FinalFailure extends Failure {
  /** What could not be done, as the subject of a sentence: `Kafka did not take a batch for trades-3`. */
  readonly what: string;
  readonly cause: unknown;
}

/** A batch that is given up. */
export function notTaken(queue: PartitionQueue, batch: KafkaBatch, failure: Failure, cause: unknown): FinalFailure {
  return { ...failure, what: notTakenText(queue, batch), cause };
}

/** A batch that was not acknowledged in time. */
export function notTakenInTime(
  queue: PartitionQueue,
  batch: KafkaBatch,
  messageTimeoutMs: number,
  lastFailure: unknown,
): FinalFailure {
  const limit = `${messageTimeoutMs} ms, the \`message_timeout\``;
  return timeIsUp(notTakenText(queue, batch), `there was no acknowledgement within ${limit}`, lastFailure);
}

/** Records that were not acknowledged before the end of a run had taken its time. */
export function notDrained(drainTimeoutMs: number, lastFailure: unknown): FinalFailure {
  const limit = `${drainTimeoutMs} ms, the \`drain_timeout\``;
  const reason = `the run ended, and there was no acknowledgement within ${limit}`;
  return timeIsUp('Kafka did not take all records', reason, lastFailure);
}

/** A record that is too large by itself, with no dead letter to take it. */
export function tooLarge(
  queue: PartitionQueue,
  sequence: number,
  valueBytes: number,
  failure: Failure,
  cause: unknown,
): FinalFailure {
  return {
    ...failure,
    what: `The record of frame ${sequence}, of ${valueBytes} bytes, cannot be written to ${queue.topic}`,
    advice: `${failure.advice} Or give a dead letter (\`dead_letter\`), which takes such records alone.`,
    cause,
  };
}

/** A dead letter that failed. */
export function noDeadLetter(error: Error): FinalFailure {
  // It says itself what is wrong: more was refused than may be.
  const told = error instanceof SinkError && {
    what: 'The run is over',
    advice: 'Raise the limit where that is expected.',
  };
  return {
    kind: 'fatal',
    name: '',
    what: 'The dead letter cannot be written to',
    reason: error.message.replace(/[.\s]+$/, ''),
    advice: 'Check `dead_letter`, which takes the records that are too large for their topic.',
    ...told,
    cause: error,
  };
}

/** A record that lacks what the options look for in it. */
export function badRecord(page: Page, { index, reason }: BadRecord): FinalFailure {
  return {
    kind: 'fatal',
    name: '',
    what: `The record of frame ${page.frame(index).sequence} cannot be sent`,
    reason: `it ${reason}`,
    advice: 'Set `on_key_error` to `skip` or `null_key` to go on without.',
    cause: undefined,
  };
}

/** Topics of which nothing can be known, by what the client said or by what we found. */
export function noTopics(topics: readonly string[], failure: Failure, cause?: unknown): FinalFailure {
  return { ...failure, what: `Cannot write to ${topics.slice(0, MAX_NAMED).join(', ')}`, cause };
}

/** A client that tries again by itself knows why there was no acknowledgement. */
function timeIsUp(what: string, reason: string, cause: unknown): FinalFailure {
  if (cause === undefined) {
    const advice = 'Check that the brokers are up, or raise it if they need longer to recover.';
    return { kind: 'fatal', name: '', what, reason, advice, cause };
  }
  const known = classify(cause);
  return { ...known, kind: 'fatal', what, reason: `${reason}; the last try failed, because ${known.reason}`, cause };
}

function notTakenText(queue: PartitionQueue, { length }: KafkaBatch): string {
  return `Kafka did not take ${length} record${length === 1 ? '' : 's'} for ${queue.topic}, partition ${queue.partition}`;
}

const MAX_NAMED = 3;
