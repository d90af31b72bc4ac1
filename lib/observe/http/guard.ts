import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** Why a request is not answered. */
export interface Refused {
  readonly status: 400 | 401 | 403 | 405 | 421;
  /** A whole sentence, which says nothing of the request. */
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Whose requests are answered. */
export interface GuardOptions {
  /** What requests have to show, where one is asked for. */
  readonly token: string | undefined;
  /** The host that is listened on. */
  readonly host: string;
}

/** Who is answered: with the token; all, since it says nothing but that the process runs; or what a browser shows, which says nothing of a run. */
export type Asking = 'token' | 'all' | 'page';

/**
 * Decides who is answered. A page of another site that a browser of this machine shows can send requests here, and with a name
 * that leads here by a trick of DNS it could read what comes back: so the name that was asked for must be one of ours.
 */
export class Guard {
  readonly #token: Buffer | undefined;
  readonly #host: string;

  constructor({ token, host }: GuardOptions) {
    this.#token = token === undefined ? undefined : digestOf(token);
    this.#host = host;
  }

  /**
   * @param query what stands in the address
   * @param who is answered
   */
  refuses({ method, headers }: IncomingMessage, query: URLSearchParams, who: Asking): Refused | undefined {
    if (method !== 'GET' && method !== 'HEAD') return NOT_ALLOWED;
    const hasToken = this.#isToken(headers.authorization, query.get('token'));
    // A page that is to ask for the token is found by any name, as what it gets with it is.
    const hasAnyName = hasToken || (who === 'page' && this.#token !== undefined);
    if (!hasAnyName && !this.#isOurs(headers.host)) return MISDIRECTED;
    if (isForeign(headers) && !(who === 'page' && isFollowed(headers))) return CROSS_ORIGIN;
    if (this.#token !== undefined && !hasToken && who === 'token') return NO_TOKEN;
    return undefined;
  }

  /** An address is what no DNS can lie about, and a name without a dot is nobody's on the internet. */
  #isOurs(host: string | undefined): boolean {
    const name = /^(?:\[([\da-f:.]+)\]|([\w.-]+))(?::\d{1,5})?$/i.exec(host ?? '');
    const shown = (name?.[1] ?? name?.[2] ?? '').toLowerCase();
    return shown !== '' && (isIP(shown) !== 0 || shown === this.#host.toLowerCase() || !shown.includes('.'));
  }

  #isToken(header: string | undefined, inQuery: string | null): boolean {
    if (this.#token === undefined) return false;
    const given = /^Bearer (.+)$/i.exec(header ?? '')?.[1] ?? inQuery;
    return given !== null && timingSafeEqual(digestOf(given), this.#token);
  }
}

/** Whether a browser sends it for a page of another site. */
function isForeign({ origin, host, 'sec-fetch-site': site }: IncomingMessage['headers']): boolean {
  if (site === 'cross-site' || site === 'same-site') return true;
  return origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`;
}

/** Whether somebody follows a link, so that the page of the other site is left, and sees nothing of this one. */
function isFollowed(headers: IncomingMessage['headers']): boolean {
  const { origin, 'sec-fetch-mode': mode, 'sec-fetch-dest': destination } = headers;
  return origin === undefined && mode === 'navigate' && destination === 'document';
}

/** Of one length, whatever it is of. */
function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

const NOT_ALLOWED: Refused = {
  status: 405,
  message: 'Nothing is changed here: ask by GET or HEAD.',
  headers: { allow: 'GET, HEAD' },
};
const MISDIRECTED: Refused = {
  status: 421,
  message:
    'This name is none of this server. Ask by an IP address or by the name that it listens on, or show the token of `--listen-token`.',
};
const CROSS_ORIGIN: Refused = { status: 403, message: 'Pages of other sites are not answered.' };
const NO_TOKEN: Refused = {
  status: 401,
  message:
    'Show the token of `--listen-token`: in the header `Authorization: Bearer TOKEN`, or in the address as `?token=TOKEN`.',
  headers: { 'www-authenticate': 'Bearer' },
};
