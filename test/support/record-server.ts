import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

/** What a {@link recordServer} answers. */
export interface RecordAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A server of HTTP that is asked for records, and ends with the test. What is asked for stands in `asked`. */
export async function recordServer(
  t: TestContext,
  answer: (url: URL, request: IncomingMessage) => RecordAnswer | Promise<RecordAnswer>,
) {
  const asked: string[] = [];
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    asked.push(request.url!);
    const { status = 200, headers = {}, body = '' } = await answer(new URL(request.url!, 'http://server'), request);
    response.writeHead(status, headers).end(body);
  };
  const server = createServer((request, response) => void handle(request, response));
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** The records of these numbers. */
export function seqs(...numbers: readonly (number | string)[]): string {
  return `[${numbers.map((seq) => `{"seq":${seq},"by":"http"}`).join(', ')}]`;
}
