import { FieldReader, scalarAt } from '../../json/field.js';
import type { BackfillOptions } from '../options/backfill-options.js';
import { type PageAnswer, sameServer } from './page-request.js';

/** The numbers that an address has in it. */
export interface AddressNumbers {
  readonly after: number | bigint;
  readonly before: number | bigint;
  readonly key: string | undefined;
  /** What `next.path` has found. */
  readonly next: string | undefined;
}

/** The address with its numbers. While there is nothing to put in the place of `{next}`, its parameter is left out. */
export function pageAddress(url: string, { after, before, key = '', next }: AddressNumbers): string {
  const template = next === undefined ? withoutNext(url) : url;
  const texts = { after: String(after), before: String(before), key, next: next ?? '' };
  return template.replaceAll(PLACE, (_, name: keyof typeof texts) => encodeURIComponent(texts[name]));
}

/** Where an answer says that it goes on. */
export type NextPage =
  /** At this address of the same server. */
  | { readonly url: string }
  /** With this in the place of `{next}`. */
  | { readonly token: string };

/** Looks for where an answer goes on: `undefined` where it says nothing of that, or leads to another server. */
export class NextPageReader {
  readonly #next: FieldReader | undefined;
  readonly #isLink: boolean;
  readonly #isToken: boolean;

  /** @throws {ConfigError} when the path cannot be read */
  constructor({ url, next }: BackfillOptions) {
    this.#next = next?.path === undefined ? undefined : new FieldReader(next.path);
    this.#isLink = next?.link === true;
    this.#isToken = url.includes('{next}');
  }

  /** Whether the same is asked again behind the last number: no answer says anything. */
  get isByNumber(): boolean {
    return this.#next === undefined && !this.#isLink;
  }

  /** @param answer of JSON that was checked */
  read({ body, url, link }: PageAnswer): NextPage | undefined {
    const reader = this.#next;
    if (reader === undefined) return this.#isLink && link !== undefined ? at(nextIn(link), url) : undefined;
    if (!reader.find(body, 0, body.length)) return undefined;
    const said = scalarAt(body, reader.start, reader.end);
    if (typeof said !== 'string' && typeof said !== 'number') return undefined;
    // As it is written: as a number it might be another one.
    const text = typeof said === 'string' ? said : body.toString('latin1', reader.start, reader.end);
    if (text === '' || text.length > LONGEST) return undefined;
    return this.#isToken ? { token: text } : at(text, url);
  }
}

function at(address: string | undefined, url: string): NextPage | undefined {
  const next = address === undefined ? undefined : sameServer(address, url);
  return next === undefined ? undefined : { url: next };
}

/** RFC 8288: `<address>; rel="next"`, among others. */
function nextIn(link: string): string | undefined {
  for (const [, address, parameters] of link.matchAll(LINK)) {
    if (/;\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|next\s*(?:;|$))/i.test(parameters as string)) return address;
  }
  return undefined;
}

function withoutNext(url: string): string {
  return url.replace(/([?&])[^?&=]*=\{next\}(&|$)/, (_, before: string, behind: string) =>
    behind === '' ? '' : before,
  );
}

const LINK = /<([^>]*)>((?:\s*;\s*[\w!#$&*+.^|~-]+(?:\s*=\s*(?:"[^"]*"|[^\s,;"]*))?)*)/g;
const PLACE = /\{(after|before|key|next)\}/g;
const LONGEST = 4_096;
