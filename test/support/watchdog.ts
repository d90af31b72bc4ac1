/** For properties of what runs: when one counts as stuck, and when no further one, or smaller example of a failure, is tried. */
export const WATCHDOG = { timeout: 30_000, interruptAfterTimeLimit: 60_000 } as const;
