import { describeError } from '../report/describe-error.js';
import { dressError } from '../terminal/dress.js';
import type { Output } from '../terminal/output.js';
import { EXIT } from './exit-status.js';

/** An error that nobody caught is told in a sentence, and ends the process with status 1. */
export function catchCrashes(output: Output, verbose: boolean): void {
  // One listener for both: an unhandled rejection becomes an uncaught exception.
  process.on('uncaughtException', (error: unknown) => {
    output.say(describeError('spillway stopped at an error that it did not expect', error, verbose), dressError);
    if (!verbose)
      output.say('Run it again with --verbose to see where that was. What was written before is still there.');
    // What state the program is in is not known, so it does not go on.
    process.exit(EXIT.failed);
  });
}
