import { authTerms } from '../config/faucet/auth-terms.js';
import { fileTerms } from '../config/faucet/file-terms.js';
import type { FaucetTerms } from '../config/faucet/terms.js';
import { transformTerms } from '../config/faucet/transform-terms.js';
import { sinkKinds } from './sinks.js';

/** Everything that is known of the original's files and not understood here: of the file, and of each sink's configuration. */
export const faucetTerms: readonly FaucetTerms[] = [
  ...fileTerms,
  transformTerms,
  ...authTerms,
  ...Object.entries(sinkKinds).flatMap(([sink, kind]) =>
    kind.faucet.map((terms) => ({ ...terms, at: ['pipeline', 'sink', 'config', ...terms.at], sink })),
  ),
];
