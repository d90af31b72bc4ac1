import { whole, words } from '../internal/options/kinds.js';
import type { ResolvedOf } from '../internal/options/option.js';

/** How the feeds of a file run beside each other. */
export const EXECUTION_OPTIONS = {
  /** So many feeds run at once: the others begin when one has ended. @default all of them */
  maxConcurrent: whole({
    title: 'At once',
    description: 'So many feeds run at once; the next one begins when one has ended. All of them without it.',
    min: 1,
    examples: [50],
  }),
  /**
   * What becomes of the others when a feed has failed: `continue` with them, or `stop` them in good order.
   * @default 'continue'
   */
  onError: words(['continue', 'stop'], {
    title: 'When a feed fails',
    description:
      'What becomes of the others when a feed has failed: `continue` goes on with them, `stop` ends them in good order. The command ends with status 1 in both cases.',
    fallback: 'continue',
    examples: ['stop'],
  }),
};

/** The options with every default filled in. */
export type ResolvedExecution = ResolvedOf<typeof EXECUTION_OPTIONS>;
