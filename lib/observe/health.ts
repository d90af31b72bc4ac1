import type { SourceStats } from '../telemetry/stats.js';
import type { FeedMeter } from './feed-meter.js';

/** Why a feed is not ready. */
export const NOT_READY = {
  connecting: 'It has not been connected yet.',
  disconnected: 'The connection was lost, and there is no other one yet.',
  subscribing: 'It is connected, and the subscribe steps are not confirmed yet.',
  sink: 'The sink has failed, or has not stored a page for 10 seconds.',
  ended: 'The run is over.',
} as const;

/** How a feed is, for who asks whether it is well. */
export interface Health {
  /** Whether it is connected and subscribed, and its sink takes what comes. */
  readonly isReady: boolean;
  readonly why: keyof typeof NOT_READY | undefined;
  /** Whether its newest record is as new as it should be. */
  readonly isFresh: boolean;
  /** How old that is, in milliseconds; without one, since when it is watched. */
  readonly ageMs: number;
}

export function healthOf(meter: FeedMeter, stats: SourceStats): Health {
  const why = notReady(meter, stats);
  const { lastRecordAt = meter.startedAt, clock } = meter;
  const ageMs = Math.max(0, clock.now() - lastRecordAt);
  const { freshWithinMs = Number.POSITIVE_INFINITY } = meter.feed;
  return { isReady: why === undefined, why, isFresh: ageMs <= freshWithinMs, ageMs };
}

function notReady(meter: FeedMeter, stats: SourceStats): Health['why'] {
  if (meter.hasEnded || stats.state === 'ended') return 'ended';
  if (stats.state !== 'open') return stats.connections === 0 ? 'connecting' : 'disconnected';
  if (!meter.isConnected(stats)) return 'subscribing';
  const isStuck = (meter.waitedMs ?? 0) >= STUCK_MS || meter.sinkFailure !== undefined;
  return isStuck ? 'sink' : undefined;
}

/** A slow sink is none that is down. */
const STUCK_MS = 10_000;
