import { setTimeout as delay } from 'node:timers/promises';
import { Admin } from '@platformatic/kafka';
import { deadline } from '../until.js';

/**
 * Lets a user of a broker do these things, and waits until the broker knows.
 *
 * @param address of a listener where super users come in
 */
export async function allow(
  address: string,
  principal: string,
  kind: keyof typeof KINDS,
  name: string,
  operations: readonly (keyof typeof OPERATIONS)[],
): Promise<void> {
  const resource = { resourceType: KINDS[kind], resourceName: name, resourcePatternType: LITERAL };
  const creations = operations.map((operation) => ({
    ...resource,
    ...{ principal, host: '*', operation: OPERATIONS[operation], permissionType: ALLOW },
  }));
  const admin = new Admin({ clientId: 'test', bootstrapBrokers: [address], retries: 50, retryDelay: 100 });
  try {
    await admin.createAcls({ creations: creations as never });
    const giveUp = deadline(() => `the rights of ${principal} to ${name}`);
    const filter = { ...resource, principal, host: '*', operation: ANY, permissionType: ALLOW };
    for (;;) {
      const found = await admin.describeAcls({ filter: filter as never });
      const known = found.flatMap(({ acls }) => acls).map(({ operation }) => Number(operation));
      if (operations.every((operation) => known.includes(OPERATIONS[operation]))) return;
      giveUp();
      await delay(POLL_MS);
    }
  } finally {
    await admin.close();
  }
}

const KINDS = { topic: 2, 'transactional id': 5 } as const;
const OPERATIONS = { read: 3, write: 4, create: 5, describe: 8 } as const;
const LITERAL = 3;
const ALLOW = 3;
const ANY = 1;
const POLL_MS = 50;
