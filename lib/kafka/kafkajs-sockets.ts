import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';
import { Addresses } from './addresses.js';
import type { ClientOptions } from './client-options.js';
import { ExplainedError } from './failures.js';
import { addressText } from './probe.js';

/**
 * The sockets of a `kafkajs` client, so that what comes over them is looked at, and that it can be made to stop. What it has under way it goes on trying after its
 * `disconnect()`, for which it connects again, and what it opens then nobody closes: it would hold the process.
 */
export class KafkaJsSockets {
  readonly addresses: Addresses;
  readonly #open = new Set<Socket>();
  #isCut = false;

  constructor(options: Pick<ClientOptions, 'brokers' | 'auth'>) {
    this.addresses = new Addresses(options);
  }

  /** Connects as the client itself does. */
  readonly factory: ISocketFactory = ({ host, port, ssl, onConnect }) => {
    if (this.#isCut) throw closed();
    // Without TLS the client gives none, whatever its types say.
    const tls = ssl as typeof ssl | null;
    const socket =
      tls === null
        ? connect({ host, port }, onConnect)
        : connectTls({ host, port, ...(isIP(host) === 0 ? { servername: host } : {}), ...tls }, onConnect);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    this.addresses.watch(socket, addressText({ host, port }));
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
    return socket;
  };

  /** Cuts every connection, so that the client makes others. */
  drop(): void {
    for (const socket of this.#open) socket.destroy(closed());
  }

  /** Cuts every connection, and lets no other be made: whatever is under way fails within moments. */
  cut(): void {
    this.#isCut = true;
    this.drop();
  }
}

/** For the client, which makes an error of its own of it. */
function closed(): Error {
  return new ExplainedError({ kind: 'retriable', name: '', reason: 'no answer came', advice: ADVICE });
}

const ADVICE = 'Check that the brokers are up.';
const KEEP_ALIVE_MS = 60_000;
