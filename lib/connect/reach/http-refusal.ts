import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { Clock } from '../../internal/clock.js';
import { redactUrl } from '../../secrets/redaction.js';
import type { Secrets } from '../../secrets/secrets.js';
import { saidInBody } from './said-in-body.js';

/** What an HTTP server answered in place of what was asked for. */
export interface HttpRefusal {
  readonly status: number;
  /** `Retry-After`, as it stood there. */
  readonly retryAfter: string | undefined;
  /** Where a redirect leads to, without user info and query. */
  readonly location: string | undefined;
  /** What it says in its body, or in the line of its status: on one line, clipped, without secrets. */
  readonly answer: string | undefined;
}

/**
 * Reads what an HTTP server says of its refusal: no more of its body than {@link readSome} does. What is left of the answer is for
 * the caller to end.
 *
 * @param url the address that was asked
 * @param body where its body is read from, when that is not the response itself
 */
export async function readRefusal(
  url: string,
  response: IncomingMessage,
  clock: Clock,
  secrets: Secrets,
  body: Readable = response,
): Promise<HttpRefusal> {
  return refusalIn(url, response, await readSome(body, clock), secrets);
}

/** The same, of a body that was read before. */
export function refusalIn(url: string, response: IncomingMessage, body: Buffer, secrets: Secrets): HttpRefusal {
  const { statusCode: status = 0, statusMessage, headers } = response;
  const { location, 'retry-after': retryAfter } = headers;
  const said = saidInBody(status, headers, body) ?? saidInBody(status, {}, bytesOf(statusMessage ?? ''));
  return {
    status,
    retryAfter: retryAfter === undefined ? undefined : clip(secrets.hide(retryAfter)),
    location: location === undefined ? undefined : clip(secrets.hide(shownLocation(location, url))),
    answer: said === undefined ? undefined : clip(secrets.hide(said)),
  };
}

/** Reads 8 KiB of a body at most, and for no longer than a second. */
export function readSome(body: Readable, clock: Clock): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const done = (): void => {
      clock.clearTimeout(timer);
      body.off('data', take);
      resolve(Buffer.concat(chunks).subarray(0, MAX_BYTES));
    };
    const take = (chunk: Buffer): void => {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= MAX_BYTES) done();
    };
    const timer = clock.setTimeout(done, MAX_MS);
    // It may break long after that.
    body.on('data', take).on('end', done).on('close', done).on('error', done);
  });
}

/** Tokens travel in queries; the parser writes what cannot be seen as an escape. */
function shownLocation(location: string, url: string): string {
  const base = url.replace(/^ws/i, 'http');
  const bytes = bytesOf(location);
  const given = isUtf8(bytes) ? bytes.toString() : location;
  return URL.canParse(given, base) ? redactUrl(new URL(given, base).href) : '(an address that cannot be parsed)';
}

/** Node gives what stands in the head of an answer as Latin-1, whatever it is. */
function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

function clip(text: string): string {
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}…`;
}

const MAX_BYTES = 8 * 1024;
const MAX_MS = 1_000;
const MAX_SHOWN = 200;
