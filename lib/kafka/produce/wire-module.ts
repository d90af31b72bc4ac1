import type * as Platformatic from '@platformatic/kafka';

/** What is used of the package `@platformatic/kafka` where batches are ours: its public protocol parts. */
export type WireModule = Pick<
  typeof Platformatic,
  | 'Producer'
  | 'Reader'
  | 'Writer'
  | 'crc32c'
  | 'compressionsAlgorithms'
  | 'produceV7'
  | 'initProducerIdV3'
  | 'NetworkError'
  | 'TimeoutError'
  | 'ProtocolError'
  | 'UnsupportedApiError'
>;

/** Errors that the client would tell. */
export interface WireErrors {
  /** No answer came in time. */
  late(): Error;
  /** The connection was closed; perhaps after an error. */
  closed(cause: Error | undefined): Error;
}

/** Whether a version of the client has all of these parts. */
export function isWireModule(module: object): module is WireModule {
  return PARTS.every(([name, part]) => {
    const found: unknown = Reflect.get(module, name);
    const used: unknown = part === undefined ? found : Reflect.get(Object(found), part);
    return typeof used === 'function' || (typeof used === 'object' && used !== null);
  });
}

const PARTS: readonly (readonly [name: keyof WireModule, part?: string])[] = [
  ['Producer'],
  ['Reader'],
  ['Writer'],
  ['crc32c'],
  ['compressionsAlgorithms'],
  ['produceV7', 'parseResponse'],
  ['initProducerIdV3', 'api'],
  ['NetworkError'],
  ['TimeoutError'],
  ['ProtocolError'],
  ['UnsupportedApiError'],
];
