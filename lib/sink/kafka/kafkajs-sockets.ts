import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';

/**
 * The sockets of a `kafkajs` client, so that it can be made to stop. What it has under way it goes on trying after its
 * `disconnect()`, for which it connects again, and what it opens then nobody closes: it would hold the process.
 */
export class KafkaJsSockets {
  readonly #open = new Set<Socket>();
  #isCut = false;

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
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
    return socket;
  };

  /** Cuts every connection, and lets no other be made: whatever is under way fails within moments. */
  cut(): void {
    this.#isCut = true;
    for (const socket of this.#open) socket.destroy(closed());
  }
}

/** For the client alone, which makes an error of its own of it. */
function closed(): Error {
  return new Error('the producer is closed');
}

const KEEP_ALIVE_MS = 60_000;
