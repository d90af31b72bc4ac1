import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { TlsOptions } from 'node:tls';

/** One request that a token endpoint got. */
export interface TokenRequest {
  readonly authorization: string | undefined;
  readonly form: URLSearchParams;
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** As it came. */
  readonly body: string;
  /** 1 for the first request, 2 for the next, … */
  readonly number: number;
}

/** What it answers: an object as JSON with status 200, or all by itself. Nothing leaves the request open. */
export type TokenAnswer = object | ((response: ServerResponse) => void) | undefined;

/** An OAuth 2 token endpoint on this machine that ends with the test. */
export async function tokenServer(
  t: TestContext,
  answer: (request: TokenRequest) => TokenAnswer | Promise<TokenAnswer>,
  tls?: TlsOptions,
): Promise<{ readonly url: string; readonly requests: TokenRequest[] }> {
  const requests: TokenRequest[] = [];
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const { method = '', headers } = request;
    const form = new URLSearchParams(body);
    const facts = { authorization: headers.authorization, form, method, headers, body, number: requests.length + 1 };
    requests.push(facts);
    const given = await answer(facts);
    if (typeof given === 'function') given(response);
    else if (given !== undefined)
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(given));
  };
  const listener: RequestListener = (request, response) => {
    serve(request, response).catch(() => response.destroy());
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http${tls === undefined ? '' : 's'}://127.0.0.1:${port}/token`, requests };
}
