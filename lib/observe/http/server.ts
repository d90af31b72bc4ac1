import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ListenAddress, originOf } from './address.js';
import { send, text } from './answer.js';
import { Guard } from './guard.js';
import type { Route } from './routes.js';

/** What a {@link listen} needs. */
export interface ListenParts {
  readonly address: ListenAddress;
  readonly token: string | undefined;
  readonly routes: ReadonlyMap<string, Route>;
  /** What goes on for as long as somebody listens, by path. */
  readonly streams: ReadonlyMap<string, (response: ServerResponse, query: URLSearchParams) => void>;
  /** What a browser loads, by path: it holds nothing of a run. */
  readonly page?: ReadonlyMap<string, Route> | undefined;
}

/** A server that listens. */
export interface Listening {
  /** `http://127.0.0.1:9464` */
  readonly origin: string;
  /** Ends all connections, and resolves when it has. */
  close(): Promise<void>;
}

/**
 * Answers who asks how a run is. It changes nothing, and however many ask, or read slowly what they asked for, what is kept for
 * them has a bound: of connections, of answers under way, and of time.
 *
 * @throws {Error} of the system, when nobody can listen there
 */
export async function listen({ address, token, routes, streams, page }: ListenParts): Promise<Listening> {
  const guard = new Guard({ token, host: address.host });
  let underWay = 0;
  const server = createServer(LIMITS, (request, response) => {
    const { path, query } = addressOf(request);
    const isHead = request.method === 'HEAD';
    const ofPage = page?.get(path);
    const refused = guard.refuses(
      request,
      query,
      ofPage !== undefined ? 'page' : path === '/healthz' ? 'all' : 'token',
    );
    if (refused !== undefined) {
      send(response, text(refused.message, refused.status, { connection: 'close', ...refused.headers }), isHead);
      return;
    }
    const stream = streams.get(path);
    if (stream !== undefined && !isHead) {
      stream(response, query);
      return;
    }
    const route = ofPage ?? routes.get(path);
    if (route === undefined) {
      send(response, text('Nothing is here.', 404), isHead);
      return;
    }
    if (underWay >= MAX_UNDER_WAY) {
      send(response, text('Too many ask at once.', 503, { 'retry-after': '1', connection: 'close' }), isHead);
      return;
    }
    underWay += 1;
    response.once('close', () => {
      underWay -= 1;
    });
    // Who reads nothing for so long gets no more.
    response.setTimeout(ANSWER_TIMEOUT_MS, () => response.destroy());
    void answer(route, query, response, isHead);
  });
  server.maxConnections = MAX_CONNECTIONS;
  const { port } = await bound(server, address);
  return { origin: originOf({ host: address.host, port }), close: () => closed(server) };
}

async function answer(route: Route, query: URLSearchParams, response: ServerResponse, isHead: boolean): Promise<void> {
  try {
    send(response, await route(query), isHead);
  } catch {
    // What went wrong is nothing that a stranger need know.
    if (!response.headersSent) send(response, text('This cannot be told now.', 500), isHead);
  }
}

/** The path, which is one of ours or none, and what stands behind it. */
function addressOf({ url = '/' }: IncomingMessage): { readonly path: string; readonly query: URLSearchParams } {
  const mark = url.indexOf('?');
  if (mark === -1) return { path: url, query: new URLSearchParams() };
  return { path: url.slice(0, mark), query: new URLSearchParams(url.slice(mark + 1)) };
}

function bound(server: Server, { host, port }: ListenAddress): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      server.on('error', () => {});
      resolve(server.address() as AddressInfo);
    });
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** Who sends nothing whole in time, or too much, is cut off. */
const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 8_192,
};
const MAX_CONNECTIONS = 1_000;
const MAX_UNDER_WAY = 32;
const ANSWER_TIMEOUT_MS = 10_000;
