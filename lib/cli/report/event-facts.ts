import type { ConnectionEvents } from '../../connect/options/events.js';
import { gapRecord } from '../../frame/gap.js';
import { errorFacts } from './describe-error.js';

/** What happened on a connection, as facts for a machine: keys in snake case, and null for what is not known. */
export function eventFacts<K extends keyof ConnectionEvents>(
  name: K,
  payload: ConnectionEvents[K],
  verbose: boolean,
): Readonly<Record<string, unknown>> {
  const facts = Object.entries(name === 'gap' ? gapRecord(payload as ConnectionEvents['gap']) : payload);
  return Object.fromEntries(
    facts.map(([key, value]) => [
      key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      factOf(value, verbose),
    ]),
  );
}

function factOf(value: unknown, verbose: boolean): unknown {
  if (value instanceof Error) return errorFacts(value, verbose);
  // A feed's own sequence numbers can be past what JSON readers take for a number.
  return typeof value === 'bigint' ? String(value) : (value ?? null);
}
