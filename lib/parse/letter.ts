import { isUtf8 } from 'node:buffer';
import { redactUrl } from '../secrets/redaction.js';
import type { OwnFacts } from './faucet-letter.js';

/** What is kept of something that was refused. */
export interface Letter {
  /** The bytes; `undefined` when they were never all there. */
  readonly data: Buffer | undefined;
  readonly error: Error & { readonly code: string };
  /** The 0-based offset in the frame at which the bytes go wrong, when it is about that. */
  readonly offset?: number | undefined;
  readonly sequence: number;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  readonly connection: number;
  readonly url: string;
  /** The topic that did not take it. */
  readonly topic?: string;
  /** Where it was refused, where its code does not tell: `transforms[0]`. */
  readonly place?: string | undefined;
  /** How often it was refused before, and replayed. @default 0 */
  readonly replayCount?: number;
}

/** Text stays text, so that it can be read and found; any other bytes become base64. */
export function factsOf(letter: Letter): OwnFacts {
  const { data, error, offset, sequence, receivedAt, connection, url, topic, replayCount = 0 } = letter;
  const isText = data !== undefined && isUtf8(data);
  return {
    data: data?.toString(isText ? 'utf8' : 'base64') ?? null,
    encoding: data === undefined ? null : isText ? 'utf8' : 'base64',
    code: error.code,
    message: error.message,
    place: letter.place ?? placeOf(error.code),
    offset: offset ?? null,
    sequence,
    received_at: receivedAt,
    connection,
    url: URL.canParse(url) ? redactUrl(url) : url,
    replay_count: replayCount,
    ...(topic !== undefined && { topic }),
  };
}

/** Which part of a feed refuses things with this code. */
export function placeOf(code: string): string {
  return Object.hasOwn(PLACES, code) ? (PLACES[code] as string) : 'stages';
}

const PLACES: Readonly<Record<string, string>> = {
  ERR_PARSE: 'parse',
  ERR_INVALID_RECORD: 'record_schema',
  ERR_MESSAGE_TOO_LARGE: 'connection',
  ERR_SINK: 'sink',
};
