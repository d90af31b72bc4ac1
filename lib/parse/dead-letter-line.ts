import { FieldReader } from '../json/field.js';
import { placeOf } from './letter.js';

/** A line of a dead letter file, read again. */
export interface ReadLetter {
  /** The bytes that were refused; `undefined` when they were never all there. */
  readonly data: Buffer | undefined;
  /** Whether they were no text. */
  readonly isBinary: boolean;
  readonly code: string;
  readonly message: string;
  /** Where it was refused: `parse`, `record_schema`, `transforms[0]`, `stages`, `connection` or `sink`. */
  readonly place: string;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  readonly connection: number;
  readonly url: string;
  /** How often it was refused before that, and replayed. */
  readonly replayCount: number;
}

/** Reads a line of a dead letter file, also of one that was written before letters had places; `undefined` when it is none. */
export function readLetter(line: Uint8Array): ReadLetter | undefined {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString());
  } catch {
    return undefined;
  }
  if (value === null || typeof value !== 'object') return undefined;
  if ('payload' in value && 'ts_ms' in value) return faucetLetter(line, value as Partial<FaucetForm>);
  const { data, encoding, code, message, place, received_at, connection, url, replay_count } = value as Partial<Line>;
  if (typeof code !== 'string' || typeof message !== 'string' || typeof received_at !== 'number') return undefined;
  const isKept = encoding === 'utf8' || encoding === 'base64';
  if (!(isKept ? typeof data === 'string' : encoding === null && data === null)) return undefined;
  return {
    data: isKept ? Buffer.from(data as string, encoding) : undefined,
    isBinary: encoding === 'base64',
    code,
    message,
    place: typeof place === 'string' ? place : placeOf(code),
    receivedAt: received_at,
    connection: typeof connection === 'number' ? connection : 0,
    url: typeof url === 'string' ? url : '',
    replayCount: typeof replay_count === 'number' ? replay_count : 0,
  };
}

/** One in the envelope of faucet, which it, or spillway, has written. What faucet refuses was refused at its sink, or as a record. */
function faucetLetter(line: Uint8Array, form: Partial<FaucetForm>): ReadLetter | undefined {
  const { error, payload, ts_ms: receivedAt, encoding = 'json', code = 'ERR_SINK', place = 'sink' } = form;
  if (typeof error?.message !== 'string' || typeof receivedAt !== 'number') return undefined;
  const { connection = 0, url = '', replay_count: replayCount = 0 } = form;
  const field = new FieldReader('payload');
  field.find(line, 0, line.length);
  const asItStands = (): Buffer => Buffer.from(line.subarray(field.start, field.end));
  const data =
    encoding === 'json'
      ? asItStands()
      : typeof payload === 'string'
        ? Buffer.from(payload, encoding ?? 'utf8')
        : undefined;
  return {
    data,
    isBinary: encoding === 'base64',
    code,
    message: error.message,
    place,
    receivedAt,
    connection,
    url,
    replayCount,
  };
}

interface FaucetForm {
  readonly error: { readonly kind: string; readonly message: string };
  readonly payload: unknown;
  readonly ts_ms: number;
  readonly encoding: 'json' | 'utf8' | 'base64' | null;
  readonly code: string;
  readonly place: string;
  readonly connection: number;
  readonly url: string;
  readonly replay_count: number;
}

interface Line {
  readonly data: string | null;
  readonly encoding: 'utf8' | 'base64' | null;
  readonly code: string;
  readonly message: string;
  readonly place: string;
  readonly received_at: number;
  readonly connection: number;
  readonly url: string;
  readonly replay_count: number;
}
