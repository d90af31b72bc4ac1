import { isHeaderName, isHeaders } from '../../internal/header.js';
import { byteSize, duration, own, secret, yesNo } from '../../internal/options/kinds.js';
import type { GivenOf, ResolvedOf, Rule } from '../../internal/options/option.js';
import { field, isFunction, isTexts } from '../../internal/options.js';
import type { ResolvedLivenessOptions } from './liveness-options.js';
import type { SubscribeFunction, SubscribeMessage } from './subscribe-options.js';

/** The options of a connection as such, from its handshake to its buffers. */
export const SOCKET_OPTIONS = {
  /**
   * Sent in order after every connect and reconnect, before any frame is emitted; with `throttleMs` frames are emitted in
   * between. One that cannot be sent makes the connect a failed one. A function is asked at every connect.
   * @default []
   */
  subscribeMessages: secret(
    own(
      field<readonly SubscribeMessage[] | SubscribeFunction>(
        [],
        'an array of strings and Buffers, or a function that returns one',
        (value) => isFunction(value) || isSubscribeMessages(value),
      ),
      {
        type: 'readonly string[]',
        title: 'Subscribe messages',
        description:
          'Sent in this order after every connect and reconnect, before any frame is taken; with `throttle` frames are taken in between.',
        examples: [['{"op":"subscribe","channel":"trades"}']],
        schema: { type: 'array', items: { type: 'string' }, maxItems: 10_000 },
      },
    ),
  ),
  /** Send a WebSocket ping this often. It goes out while a slow consumer holds the socket, too. @default none */
  pingIntervalMs: duration({
    title: 'Ping interval',
    description: 'Sends a WebSocket ping at this interval.',
    examples: [20, '20s'],
  }),
  /**
   * End, successfully, after this long without any inbound frame: data, ping and pong all count, unless `idleReset` says
   * otherwise. The clock runs on through outages, and stands still while a slow consumer holds the socket.
   * @default none
   */
  idleTimeoutMs: duration({
    title: 'Idle timeout',
    description:
      'Stops, successfully, after this long without any inbound frame: data, ping, pong and skipped frames all reset it. The clock runs on through outages, and stands still while the socket is paused for a slow sink.',
    examples: [30, '5m'],
  }),
  /**
   * End, successfully, so long after the run began, whatever it is at: it runs on through outages, and while a slow consumer
   * holds the socket. What was received is delivered.
   * @default none
   */
  maxDurationMs: duration({
    title: 'Duration',
    description:
      'Stops, successfully, so long after the run began, whatever it is at: the clock runs on through outages, waits and while the sink is slow. All that was received is stored.',
    examples: ['10m', 3600],
  }),
  /** A larger message fails the connection with 1009; memory never grows past it. @default 64 MiB */
  maxMessageBytes: byteSize({
    title: 'Largest message',
    description: 'A larger message fails the connection with an error; memory never grows past it.',
    // `ws` keeps this limit as a signed 32-bit number: a larger one would wrap around to no limit at all.
    max: 2 ** 31 - 1,
    fallback: 64 * 1024 * 1024,
    examples: [1_048_576],
  }),
  /** What one connect may take in all: credentials, TCP, TLS, upgrade, subscribe messages. @default 10_000 */
  handshakeTimeoutMs: duration({
    title: 'Handshake timeout',
    description: 'How long a connect may take, from the DNS query to the completed upgrade.',
    fallback: 10_000,
    examples: ['3s'],
  }),
  /**
   * Sub-protocols offered to the server, the preferred one first. One that takes none of them is gone on with, and logged; one that
   * takes another is given up on. @default []
   */
  protocols: secret(
    own(
      field<readonly string[]>(
        [],
        'an array of subprotocol names, each once',
        (value) => isTexts(value) && value.every((name, at) => isHeaderName(name) && value.indexOf(name) === at),
      ),
      {
        type: 'readonly string[]',
        title: 'Sub-protocols',
        description: 'The WebSocket sub-protocols to offer, the preferred one first.',
        examples: [['graphql-transport-ws']],
        schema: {
          type: 'array',
          $comment: 'a list of at most 100 different names',
          items: {
            $comment: 'a name without spaces, quotes or brackets',
            type: 'string',
            pattern: "^[!#$%&'*+\\-.0-9A-Z^_`a-z|~]+$",
          },
          uniqueItems: true,
          maxItems: 100,
        },
      },
    ),
  ),
  /** The server has to take one of `protocols`. @default false */
  requireProtocol: yesNo({
    title: 'A sub-protocol is needed',
    description:
      'A server that takes none of `protocols` is given up on; without it the run goes on, and says so. One that takes another is given up on in any case.',
    fallback: false,
    examples: [true],
  }),
  /** Further headers of the upgrade request. @default {} */
  headers: secret(
    own(field<Readonly<Record<string, string>>>({}, 'an object of header names and their values', isHeaders), {
      type: 'Readonly<Record<string, string>>',
      title: 'Request headers',
      description: 'Sent with the upgrade request, beside those of `auth`.',
      examples: [{ 'User-Agent': 'my-capture/1.0' }],
      schema: { type: 'object', additionalProperties: { type: 'string' } },
    }),
  ),
  /**
   * Offer permessage-deflate (RFC 7692). It costs about a microsecond more for a small message, and 70 KiB for the connection.
   * What we send is not compressed. @default false
   */
  perMessageDeflate: yesNo({
    title: 'Compression on the wire',
    description:
      'Offers permessage-deflate to the server. It costs about a microsecond of CPU for a small message, and pays where the line is slow or paid for.',
    fallback: false,
    examples: [true],
  }),
  /** The socket is paused when this many bytes wait for the consumer. @default 16 MiB */
  maxBufferedBytes: byteSize({
    title: 'Bytes waiting for the sink',
    description: 'The socket is paused while this many received bytes wait for a slow sink.',
    fallback: 16 * 1024 * 1024,
    examples: [1_048_576],
  }),
};

/** What may be given of `SOCKET_OPTIONS`. */
export interface SocketOptions extends GivenOf<typeof SOCKET_OPTIONS> {}

/** {@link SocketOptions} with every default filled in. */
export interface ResolvedSocketOptions extends ResolvedOf<typeof SOCKET_OPTIONS> {}

/** What waits for an answer goes with what asks for it. */
export const SOCKET_RULES: readonly Rule<ResolvedSocketOptions & ResolvedLivenessOptions>[] = [
  ({ pongTimeoutMs, pingIntervalMs }, name) => {
    if (pongTimeoutMs === undefined || pingIntervalMs !== undefined) return undefined;
    const message = `Without \`${name('pingIntervalMs')}\` there is no pong to wait for. Set it, too.`;
    return { option: 'pongTimeoutMs', at: 'key', message };
  },
];

/** Whether it can be sent as subscribe messages. */
export function isSubscribeMessages(value: unknown): value is readonly SubscribeMessage[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string' || Buffer.isBuffer(item));
}
