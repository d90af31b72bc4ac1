import { type IncomingHttpHeaders, STATUS_CODES } from 'node:http';
import { brotliDecompressSync, constants, gunzipSync, inflateSync } from 'node:zlib';

/**
 * What the body of an HTTP answer says to a person, on one line: the message of a JSON text, a page without its tags, or
 * the text itself. `undefined` for what is no text, and for what says no more than the status.
 *
 * @param body its first bytes
 */
export function saidInBody(status: number, headers: IncomingHttpHeaders, body: Buffer): string | undefined {
  const text = textOf(headers, body)?.trim();
  if (text === undefined || CONTROL.test(text)) return undefined;
  const isPage = /^<|<\/(html|body)>/i.test(text) || /html|xml/i.test(headers['content-type'] ?? '');
  if (/^(?:\{\s*\}|\[\s*\]|null|true|false)$/.test(text)) return undefined;
  const said = onOneLine(isPage ? textOfPage(text) : (messageOf(text) ?? text));
  return withoutStatus(said, status) === '' ? undefined : said;
}

function textOf(headers: IncomingHttpHeaders, body: Buffer): string | undefined {
  try {
    const charset = /charset="?([\w-]+)/i.exec(headers['content-type'] ?? '')?.[1] ?? 'utf-8';
    // A character that the end of what was read cuts is left out.
    const bytes = inflated(headers, body);
    return bytes && new TextDecoder(charset, { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return undefined;
  }
}

/** `undefined` for an encoding that nobody here knows. */
function inflated(headers: IncomingHttpHeaders, body: Buffer): Buffer | undefined {
  const options = { maxOutputLength: MAX_INFLATED, finishFlush: constants.Z_SYNC_FLUSH };
  switch (headers['content-encoding']?.trim().toLowerCase() ?? '') {
    case '':
    case 'identity':
      return body;
    case 'gzip':
    case 'x-gzip':
      return gunzipSync(body, options);
    case 'deflate':
      return inflateSync(body, options);
    case 'br':
      return brotliDecompressSync(body, { ...options, finishFlush: constants.BROTLI_OPERATION_FLUSH });
    default:
      return undefined;
  }
}

function messageOf(text: string): string | undefined {
  if (!/^[[{"]/.test(text)) return undefined;
  try {
    return messageIn(JSON.parse(text), 0);
  } catch {
    return undefined;
  }
}

/** The message in a JSON value, under one of the names that servers use, with the code beside it. */
function messageIn(value: unknown, depth: number): string | undefined {
  if (typeof value === 'string') return value.trim() === '' ? undefined : value;
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return undefined;
  const facts = value as Readonly<Record<string, unknown>>;
  for (const name of Array.isArray(value) ? ['0'] : MESSAGE_NAMES) {
    const message = messageIn(facts[name], depth + 1);
    if (message === undefined) continue;
    const code = facts['code'] ?? facts['error'];
    const isCode = typeof code === 'number' || (typeof code === 'string' && code !== message && code !== '');
    return isCode ? `${message} (${code})` : message;
  }
  return undefined;
}

/** The title often stands in the page once more. */
function textOfPage(page: string): string {
  const text = withoutTags(page.replace(/<title\b[\s\S]*?<\/title\s*>/i, ' '));
  return text.trim() === '' ? withoutTags(page) : text;
}

function withoutTags(page: string): string {
  return page
    .replace(/<!--[\s\S]*?(?:-->|$)|<(script|style)\b[\s\S]*?(?:<\/\1\s*>|$)/gi, ' ')
    .replace(/<[^>]*(?:>|$)/g, ' ')
    .replace(/&(?:#(\d{1,6})|#x([\da-f]{1,5})|(\w{2,6}));/gi, (whole, decimal, hex, name: string | undefined) => {
      if (name !== undefined) return ENTITIES[name] ?? whole;
      return String.fromCodePoint(decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal));
    });
}

function onOneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** What is left when a server repeats but the status, by number and by name. */
function withoutStatus(said: string, status: number): string {
  const name = STATUS_CODES[status] ?? '';
  return [String(status), name]
    .reduce((rest, part) => rest.replaceAll(part, ''), said)
    .replace(/[\s.:,-]|HTTP|Error/gi, '');
}

const MESSAGE_NAMES = [
  ...['error_description', 'message', 'detail', 'details', 'description', 'reason', 'msg', 'error_message'],
  ...['errorMessage', 'Message', 'title', 'error', 'errors', 'status'],
];
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };
/** But for the blanks of a text. */
const CONTROL = /[\x00-\x08\x0e-\x1f\x7f]/;
const MAX_DEPTH = 3;
const MAX_INFLATED = 1024 * 1024;
