import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import { optionError } from '../errors.js';
import { admit, describeUpgrade, refusalBytes } from './admission.js';
import { FeedClient } from './feed-client.js';
import {
  type FeedServerOptions,
  type Refusal,
  type ResolvedFeedServerOptions,
  resolveFeedServerOptions,
} from './feed-server-options.js';
import { Inbox } from './inbox.js';
import { ReplayLog, resolveReplayOptions } from './replay-log.js';
import type { UpgradeRequest } from './upgrade-request.js';

/**
 * A WebSocket server on this machine that does what a script says: a feed, with all its faults, for tests. It does not hold the
 * process, so that a test that fails before `close()` ends all the same; see `ref`.
 *
 * @throws {ConfigError} when an option is not valid; and what `listen()` says when the port cannot be had
 * @example
 * ```ts
 * await using server = await createFeedServer({
 *   onConnection: async (client) => {
 *     await client.expectMessages(['{"subscribe":"trades"}']);
 *     await client.sendMany(['{"price":1}', '{"price":2}']);
 *     await client.drop();
 *   },
 * });
 * const socket = new WebSocket(server.url);
 * ```
 */
export async function createFeedServer(options: FeedServerOptions = {}): Promise<FeedServer> {
  const server = new FeedServer(resolveFeedServerOptions(options));
  await server.listen();
  return server;
}

/** A running server; made by {@link createFeedServer}. */
export class FeedServer {
  /** What scripts, `refuse` and `handshakeDelay` threw: the first hundred. */
  readonly errors: unknown[] = [];
  readonly #options: ResolvedFeedServerOptions;
  readonly #http: Server;
  readonly #ws: WebSocketServer;
  readonly #log: ReplayLog | undefined;
  readonly #clients: Inbox<FeedClient>;
  readonly #requests: Inbox<UpgradeRequest>;
  readonly #open = new Set<FeedClient>();
  readonly #sockets = new Map<string, Socket>();
  #port = 0;
  #closing: Promise<void> | undefined;

  /** @internal */
  constructor(options: ResolvedFeedServerOptions) {
    this.#options = options;
    const { maxHistory, protocols, perMessageDeflate, maxMessageBytes, maxConnections, tls, replay } = options;
    this.#log = replay && new ReplayLog(resolveReplayOptions(replay));
    this.#clients = new Inbox({ count: maxHistory, option: 'createFeedServer.maxHistory' });
    this.#requests = new Inbox({ count: maxHistory, option: 'createFeedServer.maxHistory' });
    this.#ws = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate,
      maxPayload: maxMessageBytes,
      // Pongs go out by the same way as all the rest.
      autoPong: false,
      ...(protocols === undefined
        ? {}
        : { handleProtocols: (offered) => [...offered].find((name) => protocols.includes(name)) ?? false }),
    });
    this.#http = tls === undefined ? createServer(requireUpgrade) : createTlsServer(tls, requireUpgrade);
    this.#http.maxConnections = maxConnections;
    this.#http.on('connection', (socket: Socket) => this.#track(socket));
    this.#http.on('upgrade', (request, socket, head) => {
      void this.#upgrade(request, socket, head);
    });
  }

  /** `ws://127.0.0.1:port`, or `wss://`. */
  get url(): string {
    const { host, tls } = this.#options;
    return `${tls === undefined ? 'ws' : 'wss'}://${host.includes(':') ? `[${host}]` : host}:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  /** How many connections were made so far: upgrades that were not refused. */
  get connections(): number {
    return this.#clients.total;
  }

  /** The latest connections, ended ones included, in their order. See `maxHistory`. */
  get clients(): readonly FeedClient[] {
    return this.#clients.items;
  }

  /** The latest upgrade requests, refused ones included, in their order. See `maxHistory`. */
  get requests(): readonly UpgradeRequest[] {
    return this.#requests.items;
  }

  /**
   * Publishes a record of JSON: clients that are being replayed to get it, and others later. How many were published, with this one, is
   * returned.
   *
   * @throws {ConfigError} without `replay`, or when the record has no cursor
   */
  publish(text: string): number {
    if (this.#log === undefined)
      throw optionError('publish', 'A server that remembers nothing has nothing to publish: set `replay`.');
    this.#log.publish(text);
    return this.#log.length;
  }

  /** The next connection that was not waited for yet, as soon as it is there. */
  nextClient(options: { readonly signal?: AbortSignal } = {}): Promise<FeedClient> {
    return this.#clients.shift(options.signal);
  }

  /** The next upgrade request that was not waited for yet, as soon as it is there; it may still be refused. */
  nextRequest(options: { readonly signal?: AbortSignal } = {}): Promise<UpgradeRequest> {
    return this.#requests.shift(options.signal);
  }

  /**
   * Ends every connection at once and stops listening; when it is done, nothing of the server is left. Scripts that
   * wait for their client are released.
   *
   * @throws what a script has thrown; an AggregateError when it was more than one thing
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** The same as {@link FeedServer.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal */
  async listen(): Promise<void> {
    this.#http.listen(this.#options.port, this.#options.host);
    await once(this.#http, 'listening');
    if (!this.#options.ref) this.#http.unref();
    this.#port = (this.#http.address() as AddressInfo).port;
  }

  async #close(): Promise<void> {
    const stopped = new Promise<void>((resolve) => this.#http.close(() => resolve()));
    const open = [...this.#open];
    for (const client of open) client.terminate();
    for (const socket of this.#sockets.values()) socket.destroy();
    this.#http.closeAllConnections();
    await Promise.all([stopped, ...open.map((client) => client.closed)]);
    // Scripts that waited for the end get to say what they think of it; and handles are gone a turn after their close.
    await nextTurn();
    await nextTurn();
    const gone = new DOMException('The server is closed, so no more clients will come.', 'AbortError');
    this.#clients.end(gone);
    this.#requests.end(gone);
    if (this.errors.length === 1) throw this.errors[0];
    if (this.errors.length > 1)
      throw new AggregateError(this.errors, `${this.errors.length} scripts of the feed server failed.`);
  }

  #track(socket: Socket): void {
    const peer = peerOf(socket);
    this.#sockets.set(peer, socket);
    if (!this.#options.ref) socket.unref();
    socket.on('error', ignore);
    socket.once('close', () => this.#sockets.delete(peer));
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', ignore);
    const upgrade = describeUpgrade(request, this.#requests.total + 1);
    this.#requests.push(upgrade);
    const refusal = await this.#admit(upgrade).catch((error: unknown) => {
      this.#keep(error);
      return { status: 500 };
    });
    if (this.#closing !== undefined || socket.destroyed) return;
    if (refusal !== undefined) {
      socket.end(refusalBytes(refusal), () => socket.destroy());
      return;
    }
    // Under TLS the socket is a layer over the one that can be reset.
    const raw = this.#sockets.get(peerOf(socket as Socket)) ?? (socket as Socket);
    this.#ws.handleUpgrade(request, socket, head, (ws) => {
      const client = new FeedClient(ws, socket, raw, {
        number: this.#clients.total + 1,
        request: upgrade,
        options: this.#options,
        log: this.#log,
      });
      this.#open.add(client);
      void client.closed.then(() => this.#open.delete(client));
      this.#clients.push(client);
      void this.#play(client);
    });
  }

  async #admit(upgrade: UpgradeRequest): Promise<Refusal | undefined> {
    const refusal = await admit(upgrade, this.#options);
    const isTooOld = this.#log?.refuses(this.#log.cursorIn(upgrade.url)) === true;
    return refusal ?? (isTooOld ? TOO_OLD : undefined);
  }

  async #play(client: FeedClient): Promise<void> {
    const { onConnection, replay } = this.#options;
    try {
      if (onConnection !== undefined) await onConnection(client);
      else if (replay !== undefined) await client.replay();
    } catch (error) {
      if (client.isEnd(error)) return;
      this.#keep(error);
      void client.close(1011, 'The script failed');
    }
  }

  #keep(error: unknown): void {
    if (this.errors.length < MAX_ERRORS) this.errors.push(error);
  }
}

function requireUpgrade(_request: IncomingMessage, response: ServerResponse): void {
  response
    .writeHead(426, { 'content-type': 'text/plain', connection: 'close' })
    .end('Connect with a WebSocket client.\n');
}

function peerOf(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort}`;
}

/** What goes wrong on a socket is told by its end. */
function ignore(): void {}

const MAX_ERRORS = 100;
const TOO_OLD: Refusal = { status: 400, body: '{"error":"CursorTooOld"}' };
