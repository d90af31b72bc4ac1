import type * as Platformatic from '@platformatic/kafka';
import type { WireModule } from '../produce/wire-module.js';

/** What transactions take of the package `@platformatic/kafka` beyond that: its public protocol parts. */
export type TransactionModule = WireModule &
  Pick<
    typeof Platformatic,
    'findCoordinatorV4' | 'addPartitionsToTxnV3' | 'endTxnV3' | 'listOffsetsV7' | 'fetchV12' | 'createTopicsV7'
  >;

/** Whether a version of the client has all of these parts. */
export function isTransactionModule(module: WireModule): module is TransactionModule {
  return PARTS.every((name) => typeof Reflect.get(Object(Reflect.get(module, name)), 'api') === 'function');
}

/** The requests that brokers must understand, each with its version: those of Kafka 3.0 do. */
export const TRANSACTION_REQUESTS = [
  [1, 12],
  [2, 7],
  [10, 4],
  [19, 7],
  [24, 3],
  [26, 3],
] as const;

const PARTS = [
  'findCoordinatorV4',
  'addPartitionsToTxnV3',
  'endTxnV3',
  'listOffsetsV7',
  'fetchV12',
  'createTopicsV7',
] as const satisfies readonly (keyof TransactionModule)[];
