/** What the feed is called, and its sink, as letters of faucet tell. */
export interface FaucetNames {
  readonly pipeline: string;
  readonly sink: string;
}

/**
 * A dead letter in the envelope of faucet: `{ error, payload, ts_ms, sink, pipeline, row, record_index }`. Bytes that are no JSON are a text, or
 * base64; `encoding` says which. What faucet does not know stands behind that.
 *
 * @param ownFacts what a line in the form of spillway has
 * @returns the line, without its line feed
 */
export function faucetLine({ pipeline, sink }: FaucetNames, ownFacts: OwnFacts): string {
  const { data, encoding, code, message, place, sequence, received_at, connection, url, replay_count } = ownFacts;
  const isJson = encoding === 'utf8' && isJsonText(data as string);
  const payload = isJson ? (data as string) : JSON.stringify(data);
  const head = JSON.stringify({ error: { kind: KINDS[code] ?? 'Custom', message } }).slice(0, -1);
  const rest = {
    ...{ ts_ms: received_at, sink, pipeline, row: '', record_index: sequence },
    ...{ encoding: isJson ? 'json' : encoding, code, place, connection, url, replay_count },
  };
  // As they stand: a value that is made of them may not have all of its digits.
  return `${head},"payload":${payload.replaceAll(/[\r\n]/g, ' ')},${JSON.stringify(rest).slice(1)}`;
}

/** A line in the form of spillway. */
export interface OwnFacts {
  readonly data: string | null;
  readonly encoding: 'utf8' | 'base64' | null;
  readonly code: string;
  readonly message: string;
  readonly place: string;
  readonly offset: number | null;
  readonly sequence: number;
  readonly received_at: number;
  readonly connection: number;
  readonly url: string;
  readonly replay_count: number;
  readonly topic?: string;
}

function isJsonText(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What faucet calls errors of these codes. */
const KINDS: Readonly<Record<string, string>> = {
  ERR_PARSE: 'Json',
  ERR_INVALID_RECORD: 'QualityFailure',
  ERR_TRANSFORM: 'Transform',
  ERR_MESSAGE_TOO_LARGE: 'Source',
  ERR_SINK: 'Sink',
};
