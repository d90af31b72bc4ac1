import { duration, ignored, whole } from '../internal/options/kinds.js';

/** `drainTimeoutMs`, which every sink has. */
export const DRAIN_TIMEOUT = duration({
  title: 'Time to drain',
  description:
    'How long the end of a run, good or bad, may wait until the sink has stored what came. After that it fails with an error.',
  fallback: 30_000,
  examples: ['1m'],
});

/** `batch_size` of sinks that write the pages they are given: files of faucet may hold it. */
export const UNUSED_BATCH_SIZE = ignored(
  whole({
    title: 'Batch size',
    description:
      'Accepted without effect, as in faucet: pages are written as they come, and the source rules how large they are.',
    min: 0,
    max: 1_000_000,
    fallback: 1000,
    examples: [500],
  }),
);
