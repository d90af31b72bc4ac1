import { ConnectBudget } from '../connect/reach/connect-budget.js';
import type { ResolvedExecution } from '../feed/many-options.js';
import type { Clock } from '../internal/clock.js';

/** What all feeds share that says how quickly they connect; `undefined` where nothing says so. */
export function connectsOf(
  { connectRate, maxConnecting }: Pick<ResolvedExecution, 'connectRate' | 'maxConnecting'>,
  clock: Clock,
): ConnectBudget | undefined {
  if (connectRate === undefined && maxConnecting === undefined) return undefined;
  return new ConnectBudget({
    perSecond: connectRate === undefined ? undefined : perSecond(connectRate),
    atOnce: maxConnecting,
    clock,
  });
}

function perSecond(rate: string): number {
  const [count, unit] = rate.split('/');
  return Number(count) / SECONDS[unit as keyof typeof SECONDS];
}

const SECONDS = { s: 1, m: 60, h: 3_600 };
