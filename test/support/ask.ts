import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { within } from './until.js';

/** What a server answered. */
export interface Answered {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Asks a server on this machine, with headers as they are given: `fetch()` would not send another `Host`. */
export function ask(
  origin: string,
  path: string,
  {
    method = 'GET',
    headers = {},
  }: { readonly method?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<Answered> {
  const { hostname, port } = new URL(origin);
  const answered = new Promise<Answered>((resolve, reject) => {
    const asking: ClientRequest = request({ host: hostname, port, path, method, headers, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      response
        .on('error', reject)
        .on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }));
    });
    asking.on('error', reject).end();
  });
  return within(() => `an answer to ${method} ${path}`, answered);
}

/** The value of a series of Prometheus' text format; `undefined` where there is none. Labels as they are written. */
export function seriesIn(text: string, name: string, labels = ''): number | undefined {
  const head = labels === '' ? `${name} ` : `${name}{${labels}} `;
  const line = text.split('\n').find((each) => each.startsWith(head));
  return line === undefined ? undefined : Number(line.slice(head.length));
}
