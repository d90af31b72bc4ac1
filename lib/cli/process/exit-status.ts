import { ConfigError } from '../../errors.js';

/** What the process ends with. */
export const EXIT = {
  /** The run ended as configured, or by the first signal, with everything flushed. */
  ok: 0,
  /** It failed. */
  failed: 1,
  /** Wrong usage or configuration: nothing was connected. */
  usage: 2,
  /** A second signal: given up at once. */
  interrupted: 130,
} as const;

/** One of {@link EXIT}. */
export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

/** The status for how a command went: `undefined` for no failure. */
export function exitStatusOf(failure: { readonly error: unknown } | undefined): ExitStatus {
  if (failure === undefined) return EXIT.ok;
  return failure.error instanceof ConfigError ? EXIT.usage : EXIT.failed;
}
