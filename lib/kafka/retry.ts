import type { FailureKind } from './failures.js';

/** How long to wait before what failed so many times is tried again. */
export function retryDelay(failures: number): number {
  return Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 10));
}

/** For how long something that fails in this way is tried again. */
export function patienceFor(kind: FailureKind, messageTimeoutMs: number): number {
  return kind === 'brief' ? Math.min(BRIEF_MS, messageTimeoutMs) : messageTimeoutMs;
}

export const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 2_000;
/** How long a topic may be unknown: one that was created a moment ago is for some seconds. */
const BRIEF_MS = 5_000;
