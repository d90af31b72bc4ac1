import { type IncomingMessage, request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import { redactUrl } from '../../secrets/redaction.js';
import type { Secrets } from '../../secrets/secrets.js';
import type { ResolvedWebSocketOptions } from '../options/options.js';
import type { TlsOptions } from '../options/reach-options.js';
import { readRefusal } from '../reach/http-refusal.js';
import { proxyAgent } from '../reach/proxy.js';
import { retryAfterMs } from '../reconnect/retry-after.js';

/** A page of records, as a server answered it. */
export interface PageAnswer {
  readonly body: Buffer;
  /** The address that it came from, behind redirects. */
  readonly url: string;
  /** The header `Link`. */
  readonly link: string | undefined;
}

/** Why there is no page. */
export class PageRefusal {
  /** A clause, without secrets. */
  readonly why: string;
  /** Whether it may be there when it is asked for again. */
  readonly isTemporary: boolean;
  /** When the server wants to be asked again, in milliseconds from now. */
  readonly retryMs: number | undefined;

  constructor(why: string, isTemporary = false, retryMs?: number) {
    this.why = why;
    this.isTemporary = isTemporary;
    this.retryMs = retryMs;
  }
}

/** What pages are asked with. */
export interface PageRequestParts {
  readonly options: Pick<ResolvedWebSocketOptions, 'tls' | 'proxy' | 'clock'>;
  readonly headers: Readonly<Record<string, string>>;
  /** Hidden in what a server says. */
  readonly secrets: Secrets;
}

/**
 * Asks for a page by GET, through the proxy that applies. A redirect is followed within the same server, since what proves who we are goes
 * with it. What is read of an answer is bounded, and so is the time that one takes.
 *
 * @param signal aborts it: then it is a refusal, too
 */
export async function askForPage(
  address: string,
  parts: PageRequestParts,
  signal: AbortSignal,
): Promise<PageAnswer | PageRefusal> {
  const { clock } = parts.options;
  const abort = new AbortController();
  const end = (): void => abort.abort();
  const timer = clock.setTimeout(end, MAX_ANSWER_MS);
  signal.addEventListener('abort', end);
  try {
    if (signal.aborted) return new PageRefusal('there was no time left');
    return await followed(address, parts, abort.signal);
  } catch (error) {
    if (signal.aborted) return new PageRefusal('there was no time left');
    const why = abort.signal.aborted ? `it took longer than ${MAX_ANSWER_MS / 1_000} seconds` : saidBy(error);
    return new PageRefusal(parts.secrets.hide(why), true);
  } finally {
    signal.removeEventListener('abort', end);
    clock.clearTimeout(timer);
  }
}

async function followed(
  address: string,
  parts: PageRequestParts,
  signal: AbortSignal,
): Promise<PageAnswer | PageRefusal> {
  let url = address;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const response = await send(url, parts, signal);
    try {
      const { statusCode: status = 0, headers } = response;
      if (status >= 200 && status < 300) return await whole(response, url);
      if (!REDIRECTS.has(status) || headers.location === undefined) return await refusal(response, url, parts);
      const next = sameServer(headers.location, url);
      if (next === undefined) return new PageRefusal('it leads to another server, and that is not asked');
      url = next;
    } finally {
      response.destroy();
    }
  }
  return new PageRefusal(`it leads on more than ${MAX_REDIRECTS} times`);
}

/** An address on the same server as another, which may be relative to that; `undefined` for any else. */
export function sameServer(address: string, url: string): string | undefined {
  if (!URL.canParse(address, url)) return undefined;
  const next = new URL(address, url);
  const { origin } = new URL(url);
  next.hash = '';
  return next.origin === origin ? next.href : undefined;
}

async function send(url: string, { options, headers, secrets }: PageRequestParts, signal: AbortSignal) {
  const { tls: given, proxy: setting, clock } = options;
  const made: TlsOptions = typeof given === 'function' ? await given({ url: redactUrl(url) }) : given;
  // The name for TLS is that of the feed's server.
  const tls = { ...made, servername: undefined };
  const agent = await proxyAgent({ url, setting, tls, signal, clock, secrets });
  const request = url.startsWith('https:') ? secureRequest : plainRequest;
  return await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request(url, {
      ...(tls as object),
      headers: { accept: 'application/json', 'accept-encoding': 'identity', ...headers },
      signal,
      agent: agent ?? false,
    });
    sent.on('error', reject).on('response', resolve).end();
  });
}

async function whole(response: IncomingMessage, url: string): Promise<PageAnswer | PageRefusal> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_PAGE_BYTES) return new PageRefusal(`a page has more than ${MAX_PAGE_BYTES} bytes`);
    chunks.push(chunk);
  }
  const { link } = response.headers;
  return { body: Buffer.concat(chunks), url, link: Array.isArray(link) ? link.join(',') : link };
}

async function refusal(
  response: IncomingMessage,
  url: string,
  { options: { clock }, secrets }: PageRequestParts,
): Promise<PageRefusal> {
  const { status, retryAfter, answer } = await readRefusal(url, response, clock, secrets);
  const said = answer === undefined ? '' : `: ${answer}`;
  const retryMs = retryAfter === undefined ? undefined : retryAfterMs(retryAfter, clock.now());
  return new PageRefusal(`status ${status}${said}`, status >= 500 || TEMPORARY.has(status), retryMs);
}

function saidBy(error: unknown): string {
  const said = error instanceof Error ? error.message || (error as NodeJS.ErrnoException).code : undefined;
  return (said ?? 'the connection failed').replace(/[.\s]+$/, '');
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const TEMPORARY: ReadonlySet<number> = new Set([408, 425, 429]);
const MAX_REDIRECTS = 3;
const MAX_PAGE_BYTES = 16 * 1024 * 1024;
const MAX_ANSWER_MS = 10_000;
