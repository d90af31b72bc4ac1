import { once } from 'node:events';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { signal } from './signal.js';

/** A proxy for tests, while it runs. */
export interface RunningProxy {
  /** `host:port`. */
  readonly address: string;
  /** What it was asked to connect to, in order. */
  readonly requests: string[];
  /** Resolves when the first client has asked for something. */
  readonly asked: Promise<void>;
  /** Resolves when the first client has gone. */
  readonly left: Promise<void>;
}

/** What proxies of all kinds do: they take clients, and join them with where they want to go. They end with the test. */
export class ProxyServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #requests: string[] = [];
  readonly #asked = signal();
  readonly #left = signal();

  /** @param server one that does not listen yet */
  constructor(server: Server) {
    this.#server = server;
    server.on('connection', (client: Socket) => void this.#track(client).once('close', this.#left.give));
  }

  /** Listens on a free port of this machine. */
  async start(t: TestContext): Promise<RunningProxy> {
    const server = this.#server;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(async () => {
      for (const socket of this.#sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    });
    const { port } = server.address() as AddressInfo;
    return {
      address: `127.0.0.1:${port}`,
      requests: this.#requests,
      asked: this.#asked.given,
      left: this.#left.given,
    };
  }

  /** A client asks for something: for this address, if it has come to that. */
  asked(address?: string): void {
    if (address !== undefined) this.#requests.push(address);
    this.#asked.give();
  }

  /** Never answers this client, and ends when it does. */
  ignore(client: Socket): void {
    // The end of a socket is seen by who reads from it.
    client.resume().once('end', () => client.destroy());
  }

  /** Joins a client with another server. `greet` tells the client that it is there, before anything else goes either way. */
  async join(client: Socket, to: { host: string; port: number }, greet: (upstream: Socket) => void): Promise<void> {
    const upstream = this.#track(connect(to));
    upstream.on('error', () => client.destroy());
    client.once('close', () => upstream.destroy());
    await once(upstream, 'connect');
    greet(upstream);
    client.pipe(upstream).pipe(client);
  }

  #track(socket: Socket): Socket {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => this.#sockets.delete(socket));
    return socket;
  }
}
