import type { FeedCursor } from '../../frame/feed-cursor.js';
import { isHeaders } from '../../internal/header.js';
import { NAME, namesIn, type ResumeInto } from '../options/resume-options.js';
import type { SubscribeStep } from '../options/subscribe-options.js';

/** How a connect says to a server from where it is to go on. */
export interface Asked {
  readonly cursor: FeedCursor;
  /** Whether an earlier time is said than that of the cursor. */
  readonly isRewound: boolean;
  /** The address that is connected to. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** In place of the subscribe steps, where there are others. */
  readonly steps: readonly SubscribeStep[] | undefined;
}

/** What keeps a cursor from being said, as a clause. */
export class Unsayable {
  readonly why: string;

  constructor(why: string) {
    this.why = why;
  }
}

/**
 * Puts a cursor into what a connect says. All of it or nothing: `undefined` where a value is not known that `into` names, since
 * what stands for none, such as 0, means something else to each server.
 */
export function askFor(cursor: FeedCursor, into: ResumeInto, url: string): Asked | Unsayable | undefined {
  const { values } = cursor;
  const names = namesIn(into);
  if (names.length === 0 || names.some((name) => values[name] === undefined)) return undefined;
  const { query = {}, headers = {}, subscribe } = into;
  const base = into.url === undefined ? url : filled(into.url, values, plain);
  if (!isAddress(base, url)) return new Unsayable(`it makes no address of the kind of ${new URL(url).protocol}//`);
  const filledHeaders = mapped(headers, (text) => filled(text, values, plain));
  if (!isHeaders(filledHeaders)) return new Unsayable('it makes no header that HTTP takes');
  const parameters = mapped(query, (text) => filled(text, values, plain));
  return {
    cursor,
    isRewound: false,
    url: Object.entries(parameters).reduce((address, [name, text]) => withParameter(address, name, text), base),
    headers: filledHeaders,
    steps: subscribe?.map((step) =>
      typeof step.send === 'string' ? { ...step, send: filled(step.send, values, inJson) } : step,
    ),
  };
}

function filled(text: string, values: FeedCursor['values'], write: (value: string) => string): string {
  return text.replaceAll(NAME, (_, name: string) => write(values[name] as string));
}

function plain(value: string): string {
  return value;
}

/** As it stands between the quotes of a JSON text; digits stay what they are. */
function inJson(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}

/** A server may send us elsewhere, but not have us say in plain text what was to be said by TLS. */
function isAddress(address: string, configured: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hash } = new URL(address);
  const isTls = new URL(configured).protocol === 'wss:';
  return hash === '' && (protocol === 'wss:' || (protocol === 'ws:' && !isTls));
}

/** All else of a query stays as it is written: servers sign them. */
function withParameter(address: string, name: string, text: string): string {
  const url = new URL(address);
  if (url.searchParams.has(name)) {
    url.searchParams.set(name, text);
    return url.href;
  }
  const parameter = `${encodeURIComponent(name)}=${encodeURIComponent(text)}`;
  return `${address}${address.includes('?') ? (/[?&]$/.test(address) ? '' : '&') : '?'}${parameter}`;
}

function mapped(texts: Readonly<Record<string, string>>, make: (text: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, make(text)]));
}
