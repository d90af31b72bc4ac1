import type { Socket } from 'node:net';
import { Reader, Writer } from '@platformatic/kafka';

/** One request of a client, its header read. */
export interface WireRequest {
  readonly api: number;
  readonly version: number;
  readonly correlationId: number;
  readonly clientId: string | null;
  /** Stands at the body. */
  readonly body: Reader;
}

/** The requests of a connection, one after another, until it ends. */
export async function* readRequests(socket: Socket): AsyncGenerator<WireRequest> {
  let pending: Buffer = Buffer.alloc(0);
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    while (pending.length >= 4 && pending.length >= 4 + pending.readInt32BE(0)) {
      const end = 4 + pending.readInt32BE(0);
      yield requestOf(pending.subarray(4, end));
      pending = pending.subarray(end);
    }
  }
}

function requestOf(bytes: Buffer): WireRequest {
  const body = Reader.from(bytes);
  const [api, version, correlationId] = [body.readInt16(), body.readInt16(), body.readInt32()];
  const clientId = body.readNullableString(false);
  if (isFlexible(api, version)) body.readTaggedFields();
  return { api, version, correlationId, clientId, body };
}

/** The bytes of an answer: its length and header before its body. */
export function answerBytes({ api, version, correlationId }: WireRequest, body: Writer): Buffer {
  const writer = Writer.create().appendInt32(correlationId);
  // The answer about versions must be understood by those who know none: its header stays as it was in version 0.
  if (isFlexible(api, version) && api !== API.apiVersions) writer.appendTaggedFields();
  return writer.appendFrom(body).prependLength().buffer;
}

/** Whether a request has compact texts and arrays, and tagged fields. */
export function isFlexible(api: number, version: number): boolean {
  return version >= (FLEXIBLE_FROM[api] ?? Number.POSITIVE_INFINITY);
}

/** The numbers of the requests that the fake broker understands. */
export const API = {
  produce: 0,
  metadata: 3,
  saslHandshake: 17,
  apiVersions: 18,
  initProducerId: 22,
  saslAuthenticate: 36,
} as const;

/** The versions of each that it takes: such as the oldest and the newest client in the tests have in common. */
export const VERSIONS: readonly (readonly [api: number, oldest: number, newest: number])[] = [
  [API.produce, 7, 7],
  [API.metadata, 5, 9],
  [API.saslHandshake, 1, 1],
  [API.apiVersions, 0, 3],
  [API.initProducerId, 1, 3],
  [API.saslAuthenticate, 1, 2],
];

const FLEXIBLE_FROM: Readonly<Record<number, number>> = {
  [API.produce]: 9,
  [API.metadata]: 9,
  [API.apiVersions]: 3,
  [API.initProducerId]: 2,
  [API.saslAuthenticate]: 2,
};
