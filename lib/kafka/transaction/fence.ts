import { classify, ExplainedError, type Failure } from '../failures.js';

/** How long a transaction is open, and how long it may be. */
export interface OpenFor {
  readonly openMs: number;
  readonly timeoutMs: number;
}

/** The error; in its place one that says what it means for a transaction, where it is that its producer may write no more. */
export function asFence(error: unknown, { openMs, timeoutMs }: OpenFor): unknown {
  if (!FENCES.has(classify(error).name)) return error;
  // The broker ends what is open for too long in the same way.
  return new ExplainedError(openMs < timeoutMs - SLACK_MS ? FENCED : timedOut(timeoutMs), error);
}

/** Somebody else has the transactional id now. */
export const FENCED: Failure = {
  kind: 'fatal',
  name: 'PRODUCER_FENCED',
  reason: 'another run of the feed has taken over',
  advice:
    'The transaction that was open is aborted. Run a feed once at a time; give feeds that are not the same a `name`, or a `transactional_id`, each.',
};

function timedOut(timeoutMs: number): Failure {
  return {
    kind: 'fatal',
    name: 'PRODUCER_FENCED',
    reason: `the transaction was open for more than ${timeoutMs} ms, so that the broker has ended it; or another run of the feed has taken over`,
    advice: 'Run again: the feed goes on where its last transaction was committed.',
  };
}

const FENCES: ReadonlySet<string> = new Set(['INVALID_PRODUCER_EPOCH', 'PRODUCER_FENCED']);
/** Clocks differ, and answers take time. */
const SLACK_MS = 1_000;
