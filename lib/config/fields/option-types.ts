// Made from the option tables by `npm run readme`: change those.
import type { FrameMatch } from '../../json/match.js';
import type { TransformConfig } from './transforms.js';

/** A connection as such, from its handshake to its buffers. */
export interface SocketConfig {
  /**
   * Sent in this order after every connect and reconnect, before any frame is taken; with `throttle` frames are taken
   * in between. @default []
   */
  readonly subscribe_messages?: readonly string[] | undefined;
  /** Sends a WebSocket ping at this interval. @default none */
  readonly ping_interval?: number | string | undefined;
  /**
   * Stops, successfully, after this long without any inbound frame: data, ping, pong and skipped frames all reset it.
   * The clock runs on through outages, and stands still while the socket is paused for a slow sink. @default none
   */
  readonly idle_timeout?: number | string | undefined;
  /**
   * Stops, successfully, so long after the run began, whatever it is at: the clock runs on through outages, waits and
   * while the sink is slow. All that was received is stored. @default none
   */
  readonly max_duration?: number | string | undefined;
  /** A larger message fails the connection with an error; memory never grows past it. @default 67108864 */
  readonly max_message_bytes?: number | string | undefined;
  /** How long a connect may take, from the DNS query to the completed upgrade. @default 10 */
  readonly handshake_timeout?: number | string | undefined;
  /** The WebSocket sub-protocols to offer, the preferred one first. @default [] */
  readonly protocols?: readonly string[] | undefined;
  /**
   * A server that takes none of `protocols` is given up on; without it the run goes on, and says so. One that takes
   * another is given up on in any case. @default false
   */
  readonly require_protocol?: boolean | undefined;
  /** Sent with the upgrade request, beside those of `auth`. @default {} */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * Offers permessage-deflate to the server. It costs about a microsecond of CPU for a small message, and pays where
   * the line is slow or paid for. @default false
   */
  readonly per_message_deflate?: boolean | undefined;
  /** The socket is paused while this many received bytes wait for a slow sink. @default 16777216 */
  readonly max_buffered_bytes?: number | string | undefined;
}

/** What keeps a connection alive, and finds out that it is not. */
export interface LivenessConfig {
  /**
   * With `ping_interval`: a ping that is not answered for this long ends the connection, not the run. Like the two
   * clocks below it stands still while the socket is paused for a slow sink, and begins anew afterwards. @default none
   */
  readonly pong_timeout?: number | string | undefined;
  /**
   * Ends the connection, not the run, after this long without a data frame. Pings and pongs are no data. @default none
   */
  readonly stale_timeout?: number | string | undefined;
  /** What resets `idle_timeout`: `any` inbound frame, or `data` frames alone. @default 'any' */
  readonly idle_reset?: 'any' | 'data' | undefined;
  /**
   * Sends `message` at this `interval`. With `expect` (`{path, equals}`, `{path}` or `{text}`) the frame that answers
   * it is a control frame, and one that does not come within `timeout` (the interval, when that is not set) ends the
   * connection, not the run. @default none
   */
  readonly heartbeat?: {
    /** How often the message is sent. */
    readonly interval: number | string;
    /** What is sent, as text. */
    readonly message: string;
    /** The frame that answers it. */
    readonly expect?: FrameMatch | undefined;
    /** How long the answer may take. */
    readonly timeout?: number | string | undefined;
  } | undefined;
  /**
   * Answers a server that pings in messages of its own: the first `match` (`{path, equals}`, `{path}` or `{text}`)
   * makes a frame a control frame and has `send` sent, in which `{value}` stands for the matched field's text.
   * @default []
   */
  readonly reply?: readonly {
    /** The frames that are answered. */
    readonly match: FrameMatch;
    /** What is sent, as text. */
    readonly send: string;
  }[] | undefined;
  /**
   * Frames that answer a heartbeat or a step of `subscribe`, or are replied to: `drop` counts them, `keep` counts them
   * and keeps them among the records. @default 'drop'
   */
  readonly control_frames?: 'drop' | 'keep' | undefined;
}

/** What gets a connection through to its server. */
export interface ReachConfig {
  /**
   * For `wss://`: `ca` (a file of the authorities to trust, in place of those that this machine knows), `cert` and
   * `key` (files, for a server that asks who we are), `passphrase` of the key, `servername` (the host of `url` when it
   * is not set), `reject_unauthorized` (`false` accepts any certificate: for tests alone), `min_version` (`TLSv1.2` or
   * `TLSv1.3`). Files are PEM, and read again at every connect. @default none
   */
  readonly tls?: {
    /** A file of PEM. */
    readonly ca?: string | undefined;
    /** A file of PEM, with those between it and its authority. */
    readonly cert?: string | undefined;
    /** A file of PEM. */
    readonly key?: string | undefined;
    /** What the key is encrypted with. */
    readonly passphrase?: string | undefined;
    /** For SNI and for the certificate check. */
    readonly servername?: string | undefined;
    /** `false` accepts any certificate: for tests alone. */
    readonly reject_unauthorized?: boolean | undefined;
    /** The oldest version to speak. */
    readonly min_version?: 'TLSv1.2' | 'TLSv1.3' | undefined;
  } | undefined;
  /** The header `Origin` of the upgrade request, which some servers ask for. @default none */
  readonly origin?: string | undefined;
  /**
   * The proxy to go through: `http://`, `https://`, `socks5://`, `socks5h://` (the proxy looks names up), `socks4://`
   * or `socks4a://`, with `user:password@` where it asks for that. `environment` goes by `HTTPS_PROXY` (for `wss://`),
   * `HTTP_PROXY` (for `ws://`), `ALL_PROXY` and `NO_PROXY`, in lower case, too, and leads to this machine itself
   * (`localhost` and names below it, loopback addresses, `0.0.0.0`) without one; `none` goes straight.
   * @default 'environment'
   */
  readonly proxy?: string | undefined;
}

/** What is sent after a connect, and confirmed; and what a server that speaks first says. */
export interface SubscribeConfig {
  /**
   * Taken in this order after every connect and reconnect, after `subscribe_messages`: `send` goes out, and the frame
   * that matches `expect` (`{path, equals}`, `{path}` or `{text}`) confirms it, so that a login comes before what needs
   * it. A step of `expect` alone waits for a server that speaks first. It is a control frame; data that comes in
   * between is kept. One that matches `reject`, or none within `timeout` (10), is an error of the connection.
   * @default []
   */
  readonly subscribe?: readonly {
    /** What is sent, as text. Without it the step only waits for `expect`, from a server that speaks first. */
    readonly send?: string | undefined;
    /** The frame that confirms it. */
    readonly expect?: FrameMatch | undefined;
    /** The frame that says no. */
    readonly reject?: FrameMatch | undefined;
    /** How long the answer may take. */
    readonly timeout?: number | string | undefined;
  }[] | undefined;
  /** At least so long between two messages of `subscribe_messages` and `subscribe`. @default none */
  readonly throttle?: number | string | undefined;
}

/** What comes after the end of a connection. */
export interface ReconnectConfig {
  /**
   * Connects again after a drop or a close, and subscribes again; by the cause it waits, turns to the next of `urls`,
   * has credentials renewed or gives up. With `false`, a close with one of `clean_codes` ends the run successfully, and
   * anything else ends it with an error. @default false
   */
  readonly reconnect?: boolean | undefined;
  /**
   * The wait between two attempts to connect again: fixed, or growing from `initial` (1) by `multiplier` (2) up to
   * `max` (60, or `initial` where that is longer), and with `jitter: full` anything between nothing and that, so that
   * many feeds do not come back at the same moment (`none`: always all of it). @default 1
   */
  readonly reconnect_backoff?: number | string | {
    /** The wait before the first attempt. */
    readonly initial?: number | string | undefined;
    /** No wait is longer: not shorter than `initial`. */
    readonly max?: number | string | undefined;
    /** By how much each wait is longer than the one before. */
    readonly multiplier?: number | undefined;
    /** `full`: a wait is anything from nothing to its whole length; `none`: all of it. */
    readonly jitter?: 'full' | 'none' | undefined;
  } | undefined;
  /**
   * With `reconnect: false`: a close with one of these codes ends the run successfully. 1005 is a close without a code,
   * as servers send it that call `close()` without one. @default [1000]
   */
  readonly clean_codes?: readonly number[] | undefined;
  /**
   * Ends the run with an error after this many consecutive failures; only a received data frame resets the count.
   * Unlimited when it is left out. @default none
   */
  readonly max_reconnect_attempts?: number | undefined;
  /**
   * A growing back-off begins anew only after a connection that was open for this long; when it is left out, at the
   * first data frame. @default none
   */
  readonly stable_after?: number | string | undefined;
}

/** When a new connection takes over from the old one. */
export interface RotationConfig {
  /**
   * Rotates a connection that is this old: a new one is opened, subscribed and confirmed before the old one is closed.
   * Frames that came over both are emitted once, in order; if the new one fails, the old one goes on. @default none
   */
  readonly max_connection_age?: number | string | undefined;
  /** Rotates connections at this time of day, in UTC. @default none */
  readonly rotate_at?: string | undefined;
  /**
   * Rotates earlier than planned by anything up to this, so that many feeds do not rotate at the same moment.
   * @default 0
   */
  readonly rotation_jitter?: number | string | undefined;
}

/** What of the frames that came is taken, and how it is told what is missing. */
export interface IntakeConfig {
  /**
   * Inflates binary frames, each of which is compressed by itself, before anything looks at them: replies, subscribe
   * steps, numbers and duplicates are found in the inflated bytes. Text frames pass as they are. `deflate` is zlib,
   * `deflate_raw` has no header, `zstd` needs Node 22.15, 23.8 or later, `auto` finds gzip, zlib and zstd by how a
   * frame begins. A frame larger than `max_message_bytes` when inflated is too large; one that cannot be inflated is
   * refused as `on_parse_error` says, whatever the `message_format`. @default none
   */
  readonly decompress?: 'gzip' | 'deflate' | 'deflate_raw' | 'brotli' | 'zstd' | 'auto' | undefined;
  /**
   * Gaps are told as events and counted in any case. `records`: each also stands in the output at its place, as a line
   * `{"gap":{…}}`, which counts as no record. @default 'events'
   */
  readonly gaps?: 'events' | 'records' | undefined;
  /**
   * Where the feed numbers its frames: a hole is a gap with the cause `sequence`. `path` is the number, `key` a field
   * that has a sequence for each of its values, `step` (1) how much a number is above the one before it. @default none
   */
  readonly sequence?: {
    /** Where the number stands in a frame. */
    readonly path: string;
    /** Where a key stands, when each has a sequence of its own. */
    readonly key?: string | undefined;
    /** How much a number is above the one before it. */
    readonly step?: number | undefined;
  } | undefined;
  /**
   * Drops frames that came before, within `window`. `by` is a list of fields that tell frames apart, or `content`: then
   * a frame is dropped when its bytes came over another connection before. @default none
   */
  readonly dedupe?: {
    /** The fields that tell frames apart, or `content`. */
    readonly by: 'content' | readonly string[];
    /** For how long a frame is remembered. */
    readonly window: number | string;
  } | undefined;
  /**
   * What becomes of frames while `max_buffered_bytes` or `max_buffered_frames` wait for a slow sink: `block` pauses the
   * socket; `drop_oldest`, `drop_newest` and `{latest_by: path}` (a frame takes the place of the one with the same
   * value in that field) go on reading, so that pings are answered, and tell what they drop as gaps. @default 'block'
   */
  readonly overflow?: 'block' | 'drop_oldest' | 'drop_newest' | {
    /** The field whose newest frame is kept for each of its values. */
    readonly latest_by: string;
  } | undefined;
  /** So many received frames may wait for a slow sink, beside what `max_buffered_bytes` says. @default 100000 */
  readonly max_buffered_frames?: number | undefined;
}

/** How a feed goes on where it was. */
export interface ResumeConfig {
  /**
   * Has the server go on where the feed was, so that a drop loses nothing. `values` are remembered of the newest
   * record, each by its path, and said to the server on the next connect by `into`, with `{name}` for each; beside a
   * `state` they are those of the last record that was stored. `inclusive`: the server sends that record once more, and
   * it is dropped. `monotonic`: so are those before it, if a server sends them again. `scope`: whether they are good at
   * all of `urls` (`feed`), or only where they came from (`endpoint`). `expired` (`status`, `code` or `match`): how the
   * server says that it has forgotten them; `caught_up` (`path` and `equals`), that it has sent all that was missed.
   * @default none
   */
  readonly resume?: {
    /** What is remembered of the newest record, by names of yours: each has the path of a field. */
    readonly values: Readonly<Record<string, { readonly path: string; readonly from?: 'record' | 'control' | undefined }>>;
    /** Where it is said to the server on the next connect, with `{name}` for a value. */
    readonly into: {
      /** Parameters of the address's query, by name. */
      readonly query?: Readonly<Record<string, string>> | undefined;
      /** The address that is connected to in place of `url`. */
      readonly url?: string | undefined;
      /** Headers of the upgrade request. */
      readonly headers?: Readonly<Record<string, string>> | undefined;
      /** Steps that are taken in place of those of `subscribe`. */
      readonly subscribe?: readonly {
        /** What is sent, as text. Without it the step only waits for `expect`, from a server that speaks first. */
        readonly send?: string | undefined;
        /** The frame that confirms it. */
        readonly expect?: FrameMatch | undefined;
        /** The frame that says no. */
        readonly reject?: FrameMatch | undefined;
        /** How long the answer may take. */
        readonly timeout?: number | string | undefined;
      }[] | undefined;
    };
    /** The server sends the last record once more: it is dropped, and proves that nothing is missing. */
    readonly inclusive?: boolean | undefined;
    /**
     * The numbers only grow, and never begin anew: what the server sends that does not stand behind the cursor was
     * there, and is dropped.
     */
    readonly monotonic?: boolean | undefined;
    /** Whether a cursor is good at all of `urls` (`feed`), or only where it came from (`endpoint`). */
    readonly scope?: 'endpoint' | 'feed' | undefined;
    /** For cursors that are times: so much earlier is asked for, and `dedupe` leaves out what comes twice. */
    readonly rewind?: number | string | undefined;
    /** For cursors that are times: what another one of `urls` is asked for is so much earlier. */
    readonly on_endpoint_change?: {
      /** How much earlier. */
      readonly rewind: number | string;
    } | undefined;
    /** The frame by which the server says that it has sent all that was missed. */
    readonly caught_up?: FrameMatch | undefined;
    /** How the server says that it has forgotten the cursor: then it is connected to without one. */
    readonly expired?: {
      /** The HTTP status by which the upgrade is refused. */
      readonly status?: number | undefined;
      /** The close code. */
      readonly code?: number | undefined;
      /** The frame that says so. */
      readonly match?: FrameMatch | undefined;
    } | undefined;
  } | undefined;
}

/** How what is missing in a sequence is fetched. */
export interface BackfillConfig {
  /**
   * Fetches what is missing where `sequence` has a hole: `url` is asked, with `{after}` and `{before}` for the numbers
   * around it, and its records (`records_path`, each with its number at `sequence`) take their place, in order and
   * once. Frames that come meanwhile wait, for `max_duration` (30s) at most. What it does not bring stays a gap, or
   * ends the run (`on_failure: fail`). @default none
   */
  readonly backfill?: {
    /**
     * What is asked, by GET. `{after}` stands for the last number before the hole, or that came, `{before}` for the
     * first one behind it, `{key}` for the key of the sequence, `{next}` for what `next.path` has found.
     */
    readonly url: string;
    /** Where in the answer the array of records is; by default it is the answer itself. */
    readonly records_path?: string | undefined;
    /** Where the number stands in such a record; by default as in `sequence`. */
    readonly sequence?: string | undefined;
    /**
     * Where an answer that does not have all goes on: `path`, `link` or `last`, which is the default: the same is asked
     * again behind the last number.
     */
    readonly next?: {
      /** Where the answer has the next address; or, where `url` has `{next}`, what is put in its place. */
      readonly path?: string | undefined;
      /** The next address stands in the header `Link`, with `rel="next"`. */
      readonly link?: boolean | undefined;
      /** The same is asked again behind the last number that came: so it is when nothing else is said. */
      readonly last?: boolean | undefined;
    } | undefined;
    /** Headers of the request. */
    readonly headers?: Readonly<Record<string, string>> | undefined;
    /** `feed`: the request has the credentials of the feed, its `auth`. */
    readonly auth?: 'none' | 'feed' | undefined;
    /** So many requests a second, at most. */
    readonly rate?: number | undefined;
    /** Frames wait so long at most: what was not brought then stays a gap. */
    readonly max_duration?: number | string | undefined;
    /** What cannot be brought stays a gap (`gap`), or ends the run with an error (`fail`). */
    readonly on_failure?: 'gap' | 'fail' | undefined;
  } | undefined;
}

/** What a frame holds. */
export interface ParseConfig {
  /**
   * What a frame holds: `json` is checked and kept as the bytes that arrived; `raw_string` is UTF-8 text, bad bytes
   * replaced; `binary` becomes base64. @default 'json'
   */
  readonly message_format?: 'json' | 'raw_string' | 'binary' | undefined;
  /**
   * With `message_format: raw_string`: `replace` puts U+FFFD in their place; `fail` refuses the frame, or the piece of
   * it, as `on_parse_error` says. JSON that is not UTF-8 is refused in any case. @default 'replace'
   */
  readonly utf8?: 'replace' | 'fail' | undefined;
  /**
   * With `message_format: json`, `decompress` or `utf8: fail`. `fail` ends the run with an error after delivering what
   * came before; `skip` counts, warns and drops the frame; `dead_letter` keeps it. @default 'fail'
   */
  readonly on_parse_error?: 'fail' | 'skip' | undefined;
  /**
   * `lines`: a frame holds many records, one a line (NDJSON); `{on: text}`: with this text between them, such as
   * `"\u001e"`, `"\0"` or `"\r"`. Pieces that are empty or blank do not count. Not with `message_format: binary`.
   * @default 'none'
   */
  readonly split?: 'none' | 'lines' | {
    /** What stands between two records, as UTF-8. */
    readonly on: string;
  } | undefined;
  /**
   * The path of an array inside the frame, each element of which is a record; `$` when the frame itself is the array.
   * With `message_format: json` only. @default none
   */
  readonly records_path?: string | undefined;
  /**
   * Stops, successfully, with the record that matches: `{path, equals}`, `{path}` (whatever its value) or `{text}` (the
   * whole record is that text). It is the last one stored. It is looked at as it arrived: what `select`, `envelope`,
   * transforms or `record_schema` make of it does not matter. @default none
   */
  readonly stop_when?: FrameMatch | undefined;
  /**
   * How they appear in parsed values: `number` (rounded), `bigint` or `string`. Stored bytes are exact in any case.
   * @default 'number'
   */
  readonly big_integers?: 'number' | 'bigint' | 'string' | undefined;
}

/** What a page holds, and how many records there are. */
export interface BatchConfig {
  /** How many records a page holds; 0 gives one page for the whole run. @default 1000 */
  readonly batch_size?: number | undefined;
  /** Emits a page once it holds this many bytes; with `batch_size: 0` there is no such cut. @default 1048576 */
  readonly page_bytes?: number | string | undefined;
  /**
   * Emits a page that is only partly filled once its first record is this old; `none` waits until it is full. With
   * `batch_size: 0` it is `none` unless it is set. @default 0.1
   */
  readonly linger?: number | string | undefined;
  /** Stops, successfully, after this many records; skipped frames do not count. @default none */
  readonly max_messages?: number | undefined;
  /**
   * Stops, successfully, with the record by which all records together, the line feed after each included, have come to
   * this many bytes. That record is stored whole; what `decompress` and a compression of the sink make of bytes does
   * not count. @default none
   */
  readonly max_bytes?: number | string | undefined;
}

/** What becomes of records. */
export interface RecordConfig {
  /**
   * A JSON Lines file that refused input is added to, and the run goes on: frames, or pieces of them, that cannot be
   * parsed or inflated, records that break `record_schema` or that a transform cannot be applied to, and messages that
   * are too large, each with its bytes and the cause. It stands in the place of `on_parse_error` and
   * `on_invalid_record`. With a time in the path, or as an object with `path`, `roll` and `keep`, they go to files that
   * are finished one after another, as those of the sink `jsonl`. @default none
   */
  readonly dead_letter?: string | {
    /**
     * Where to write to. With `%Y`, `%m`, `%d`, `%H`, `%M` (when what was refused came, in UTC), `{feed}` (the `name`)
     * or `{field:code}` (what is in the letter) in it, with `roll` or with `keep`, letters go to files that are
     * finished one after another; then the suffixes `.gz` and `.zst` choose a compression.
     */
    readonly path: string;
    /**
     * When a file is finished, and the next one begun: after a time (`every`), before it would hold more than so many
     * `bytes`, at so many `records`. The next file of the same name gets `-000001` before its suffix, and so on.
     */
    readonly roll?: {
      /**
       * A file holds the records of so long: of a whole hour with `1h`, of a day in UTC with `1d`. By itself, a file is
       * finished when the time in `path` changes.
       */
      readonly every?: number | string | undefined;
      /** A file holds no more bytes than this, as they are before compression, unless one record has more. */
      readonly bytes?: number | string | undefined;
      /** A file holds no more lines than this. */
      readonly records?: number | undefined;
    } | undefined;
    /**
     * Which finished files are kept, also of earlier runs; the oldest ones are removed. What is not finished is never
     * removed.
     */
    readonly keep?: {
      /** All finished files together take no more bytes than this. */
      readonly bytes?: number | string | undefined;
      /** A finished file whose last record is older than this is removed. */
      readonly age?: number | string | undefined;
      /** There are no more finished files than this. */
      readonly files?: number | undefined;
    } | undefined;
  } | undefined;
  /**
   * Stores `{ data, received_at, url }` in place of the bare record: `received_at` in epoch milliseconds as the frame
   * arrived, `url` without user info. @default false
   */
  readonly envelope?: boolean | undefined;
  /**
   * Says that the run is meant to go on for ever: one of `max_messages`, `idle_timeout`, `max_duration`, `max_bytes`,
   * `stop_when` and `unbounded: true` must be set. @default false
   */
  readonly unbounded?: boolean | undefined;
  /** A JSON Schema that every record must satisfy. With `message_format: json` only. @default none */
  readonly record_schema?: Readonly<Record<string, unknown>> | undefined;
  /**
   * With `record_schema`: `fail` ends the run with an error; `skip` counts, warns and drops the record. @default 'fail'
   */
  readonly on_invalid_record?: 'fail' | 'skip' | undefined;
  /**
   * Stores these fields of a record alone, each under its path as the key and with the bytes that arrived:
   * `{"data.price":1.10,"symbol":"BTC"}`. A field that is not there is left out. With `message_format: json` only.
   * @default none
   */
  readonly select?: readonly string[] | undefined;
  /**
   * Done to each record, in this order, in its bytes and without a parse: `filter {path, op, value}`, `select
   * {fields}`, `drop {fields}`, `rename_field {fields}`, `set {values}`, `explode {path, prefix, separator,
   * on_missing}`. In a pipeline file they stand below `pipeline`. They come last, and see what would be stored: with
   * `envelope` that is the envelope. What is wrong with a record is handled as `on_parse_error` says. See
   * docs/transforms.md. @default []
   */
  readonly transforms?: readonly TransformConfig[] | undefined;
}

/** A token that a file holds. */
export interface TokenFileConfig {
  /** A file that holds nothing but the token. */
  readonly path: string;
  /** The header to send it in. @default 'Authorization' */
  readonly header?: string | undefined;
  /**
   * What stands before the token, with a space. `Bearer` in the header `Authorization`, otherwise nothing.
   * @default none
   */
  readonly scheme?: string | undefined;
}

/** OAuth 2, client credentials: a token from a token endpoint. */
export interface OAuth2Config {
  /** The token endpoint: `https://`, or `http://` on this machine. */
  readonly token_url: string;
  /** Who asks. */
  readonly client_id: string;
  /** What proves it. */
  readonly client_secret: string;
  /** What is asked for, with blanks between. @default none */
  readonly scope?: string | undefined;
  /** In place of `scope`: the same as a list. @default [] */
  readonly scopes?: readonly string[] | undefined;
  /** For servers that ask whom the token is for. @default none */
  readonly audience?: string | undefined;
  /** Further fields of the request, such as `resource`. @default {} */
  readonly params?: Readonly<Record<string, string>> | undefined;
  /**
   * Where id and secret are sent: in the header `Authorization`, or in the body; `auto`: in the header, and in the body
   * once the server has said `invalid_client` to that. @default 'auto'
   */
  readonly client_auth?: 'auto' | 'header' | 'body' | undefined;
  /**
   * A token is not used any more so long before it ends; of one that lives for less than ten times that, a tenth. 60
   * seconds when neither this nor `expiry_ratio` is set. @default none
   */
  readonly expiry_margin?: number | string | undefined;
  /** In place of `expiry_margin`: how much of its time a token is used, above 0 and up to 1. @default none */
  readonly expiry_ratio?: number | undefined;
}

/** OAuth 2, refresh token. */
export interface RefreshTokenConfig {
  /** The token endpoint: `https://`, or `http://` on this machine. */
  readonly token_url: string;
  /** Who asks. */
  readonly client_id: string;
  /** What proves it. */
  readonly client_secret: string;
  /** What is asked for, with blanks between. @default none */
  readonly scope?: string | undefined;
  /** In place of `scope`: the same as a list. @default [] */
  readonly scopes?: readonly string[] | undefined;
  /** For servers that ask whom the token is for. @default none */
  readonly audience?: string | undefined;
  /** Further fields of the request, such as `resource`. @default {} */
  readonly params?: Readonly<Record<string, string>> | undefined;
  /**
   * Where id and secret are sent: in the header `Authorization`, or in the body; `auto`: in the header, and in the body
   * once the server has said `invalid_client` to that. @default 'auto'
   */
  readonly client_auth?: 'auto' | 'header' | 'body' | undefined;
  /**
   * A token is not used any more so long before it ends; of one that lives for less than ten times that, a tenth. 60
   * seconds when neither this nor `expiry_ratio` is set. @default none
   */
  readonly expiry_margin?: number | string | undefined;
  /** In place of `expiry_margin`: how much of its time a token is used, above 0 and up to 1. @default none */
  readonly expiry_ratio?: number | undefined;
  /** What a log-in gave: a new token is had for it. */
  readonly refresh_token: string;
  /**
   * Keeps the refresh token that the server gives in place of the one before, in a file that its owner alone can read,
   * so that the next run has it. @default none
   */
  readonly persist?: {
    /** A folder, which is made where there is none. */
    readonly path: string;
    /** The name of the file there, without `.json`: by default one of its own for each log-in. */
    readonly key?: string | undefined;
  } | undefined;
}

/** Any HTTP endpoint that answers with JSON. */
export interface TokenEndpointConfig {
  /** The token endpoint: `https://`, or `http://` on this machine. */
  readonly url: string;
  /** Of the request. @default 'POST' */
  readonly method?: string | undefined;
  /** Further headers of the request. @default {} */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * What is sent, a JSON value of whatever kind; with `encoding: form` an object of texts, numbers and booleans.
   * @default none
   */
  readonly body?: unknown | undefined;
  /** How the body is written. @default 'json' */
  readonly encoding?: 'json' | 'form' | undefined;
  /** Where in the answer the token stands, a text or a number. */
  readonly token_path: string;
  /** Where in the answer the seconds stand for which it is good. @default none */
  readonly expires_path?: string | undefined;
  /** Another name of `expires_path`. @default none */
  readonly expiry_path?: string | undefined;
  /** The header that the token is sent in; `Authorization: Bearer …` when it is left out. @default none */
  readonly apply_as?: {
    /** Its name. */
    readonly header: string;
    /** What it says, with `{token}` in the place of the token. */
    readonly template?: string | undefined;
  } | undefined;
  /**
   * A token is not used any more so long before it ends; of one that lives for less than ten times that, a tenth. 60
   * seconds when neither this nor `expiry_ratio` is set. @default none
   */
  readonly expiry_margin?: number | string | undefined;
  /** In place of `expiry_margin`: how much of its time a token is used, above 0 and up to 1. @default none */
  readonly expiry_ratio?: number | undefined;
}
