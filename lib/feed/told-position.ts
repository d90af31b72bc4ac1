import type { StoredPosition } from '../batch/stored-position.js';
import { systemClock } from '../internal/clock.js';
import type { Logger } from '../internal/logger.js';
import type { OpenSink } from '../sink/kind.js';
import type { FeedState } from '../state/state.js';

/** What a sink says of how far the feed is stored. */
export interface ToldPosition {
  /** What it has said; `undefined` when it knows nothing of the feed, or does not say so yet. */
  readonly known?: StoredPosition | undefined;
  /** What it will say, where it does not say so yet. */
  readonly later?: Promise<StoredPosition | undefined> | undefined;
}

/**
 * Asks a sink that keeps it how far the feed is stored, and has the state go by it. One whose brokers are away does not say so for long:
 * with a spool nobody waits for that, since what comes has a place.
 */
export async function askPosition(
  { position, target }: OpenSink,
  { state, isSpooled, logger }: { state: FeedState | undefined; isSpooled: boolean; logger: Logger },
): Promise<ToldPosition> {
  const takenOver = state === undefined ? undefined : await takingOver(state);
  const told = position!().then((known) => {
    if (known !== undefined) takenOver?.(known);
    return known;
  });
  if (isSpooled && !(await isSettledSoon(told))) {
    logger.warn(
      { event: 'sink_away', path: target },
      `${target} does not say yet how far the feed is stored. What comes waits in the spool.`,
    );
    return { later: told };
  }
  const known = await told;
  if (known !== undefined) tellKnown(known, target, logger);
  return { known };
}

/**
 * Tells what a sink has said at last.
 *
 * @param next what the first frame since the start was numbered
 */
export function tellLater({ later }: ToldPosition, next: number, target: string, logger: Logger): void {
  later?.then(
    (known) => {
      const { sequence } = known ?? { sequence: 0 };
      const isBehind = sequence > next;
      logger.warn(
        { event: 'sink_back', path: target, sequence },
        `${target} says that the feed is stored up to sequence ${sequence}. What is not goes there now.` +
          (isBehind ? ` The spool did not know of all that: frames since the start are numbered from ${next} on.` : ''),
      );
    },
    // The run fails with it.
    () => {},
  );
}

/** What only a run with a state needs is loaded for that. */
async function takingOver(state: FeedState): Promise<(known: StoredPosition) => void> {
  const stateModule = await import('../state/state.js');
  return (known) => state[stateModule.takeOver](known);
}

async function isSettledSoon(told: Promise<unknown>): Promise<boolean> {
  return await new Promise((resolve) => {
    const timer = systemClock.setTimeout(() => resolve(false), SOON_MS);
    const settled = (): void => {
      systemClock.clearTimeout(timer);
      resolve(true);
    };
    told.then(settled, settled);
  });
}

function tellKnown({ sequence, receivedAt }: StoredPosition, target: string, logger: Logger): void {
  const notRunningMs = receivedAt === undefined ? 0 : Math.max(0, systemClock.now() - receivedAt);
  logger.warn(
    { event: 'goes_on', path: target, sequence, not_running_ms: notRunningMs },
    `The feed goes on at sequence ${sequence}, where its last transaction came to: ${(notRunningMs / 1_000).toFixed(1)} s after its last ` +
      'record. What was missed in between is told as a gap.',
  );
}

/** Brokers that are there answer within some milliseconds. */
const SOON_MS = 1_000;
