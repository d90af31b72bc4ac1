import { ProtocolError } from '@platformatic/kafka';
import { Patience } from '../../../lib/kafka/patience.js';
import type { WireClient } from '../../../lib/kafka/produce/wire-client.js';
import { Coordinator } from '../../../lib/kafka/transaction/coordinator.js';
import type { TransactionModule } from '../../../lib/kafka/transaction/transaction-module.js';
import { createFakeClock } from '../../../lib/testing/fake-clock.js';

/** What a request is answered with: nothing further, the protocol's name of an error, a connection that is lost, or silence. */
export type Answer = 'fine' | 'lost' | 'silence' | (string & {});

/** A coordinator whose requests are answered by a script, in order; what is behind the script is fine. */
export function scriptedCoordinator(answers: readonly Answer[] = []) {
  const clock = createFakeClock();
  const asked: string[] = [];
  let finds = 0;
  const script = [...answers];
  const answer =
    (name: string, value: unknown) =>
    (_: unknown, ...request: readonly unknown[]) => {
      asked.push(
        `${name} ${JSON.stringify(request, (_key, each) => (typeof each === 'bigint' ? Number(each) : each))}`,
      );
      const next = script.shift() ?? 'fine';
      if (next === 'fine') return Promise.resolve(value);
      if (next === 'silence') return new Promise(() => {});
      if (next === 'lost') return Promise.reject(Object.assign(new Error('closed'), { code: 'PLT_KFK_NETWORK' }));
      return Promise.reject(new ProtocolError(next as never));
    };
  const module = {
    initProducerIdV3: { api: { async: answer('init', { producerId: 7n, producerEpoch: 3 }) } },
    addPartitionsToTxnV3: { api: { async: answer('add', {}) } },
    endTxnV3: { api: { async: answer('end', {}) } },
    findCoordinatorV4: {
      api: {
        async: () => {
          finds += 1;
          return Promise.resolve({ coordinators: [{ host: '127.0.0.1', port: 1 }] });
        },
      },
    },
  } as unknown as TransactionModule;
  const client = {
    hold: (work: Promise<unknown>) => work,
    connection: () => Promise.resolve({}),
    explain: (error: unknown) => error,
  } as unknown as WireClient;
  let retries = 0;
  const onRetry = (): void => {
    retries += 1;
  };
  const patience = new Patience({ clock, messageTimeoutMs: 10_000, onRetry });
  const coordinator = new Coordinator(module, client, patience, 'trades');
  return {
    ...{ clock, coordinator, patience, asked },
    get finds() {
      return finds;
    },
    get retries() {
      return retries;
    },
  };
}
