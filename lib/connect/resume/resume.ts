import { AuthError, ConnectError, DisconnectedError, type SpillwayError } from '../../errors.js';
import type { FeedCursor } from '../../frame/feed-cursor.js';
import type { Moment } from '../../frame/gap.js';
import type { Logger } from '../../internal/logger.js';
import type { ResumeOptions } from '../options/resume-options.js';
import type { Endpoint } from '../reach/endpoints.js';
import type { FrameRun } from '../socket/frame-run.js';
import { type Asked, askFor, Unsayable } from './asked.js';
import { ConnectionCursor } from './connection-cursor.js';
import { CursorReader } from './cursor-reader.js';
import { rewound } from './rewound.js';
import { RunPlaces } from './run-places.js';

/**
 * Where a feed is, by values out of its own frames, so that its server can be asked to go on there: read from the bytes of the last frame that
 * has them, of those that came at once, and of another when somebody asks where it is, since nothing else counts.
 */
export class Resume {
  readonly #options: ResumeOptions;
  readonly #logger: Logger;
  readonly #records: CursorReader;
  readonly #control: CursorReader;
  readonly #places = new RunPlaces();
  /** Where it was before the connection that brought the last frame. */
  #before: FeedCursor | undefined;
  #last: ConnectionCursor | undefined;

  /**
   * @param before where an earlier run came to
   * @throws {ConfigError} when a path cannot be read
   */
  constructor(options: ResumeOptions, before: FeedCursor | undefined, logger: Logger) {
    this.#options = options;
    this.#logger = logger;
    this.#records = new CursorReader(options, 'record');
    this.#control = new CursorReader(options, 'control');
    this.#before = before;
  }

  /** From where a server is to go on behind the newest frame that was taken. */
  get newest(): FeedCursor | undefined {
    // Of a connection that says nothing of it, what was known before is still where the feed was left last.
    return this.#last?.current ?? this.#before;
  }

  /** For a connection that is about to be made. */
  begin(endpoint: Endpoint): ConnectionCursor {
    return new ConnectionCursor({
      endpoint: endpoint.shownUrl,
      asked: this.#asked(endpoint),
      records: this.#records,
      control: this.#control,
      isInclusive: this.#options.inclusive === true,
      isMonotonic: this.#options.monotonic === true,
      tellsCaughtUp: this.#options.caughtUp !== undefined,
      onStale: () => this.#logger.warn({ url: endpoint.shownUrl }, STALE),
    });
  }

  /** A frame of the connection was taken. */
  take(connection: ConnectionCursor, data: Buffer, arrival: Moment): void {
    connection.take(data, arrival);
    if (connection !== this.#last) this.#follow(connection);
  }

  /** Frames of it were taken that stand one behind another from there on: all that its run has accepted. */
  takeRun(connection: ConnectionCursor, { chunk, last, offset }: FrameRun, from: number): void {
    if (!connection.takeIn(chunk, last, offset)) this.#takeOneBefore(connection, chunk, from, offset);
    if (connection !== this.#last) this.#follow(connection);
  }

  /** The last frame says nothing of where it is: the last of those before it that does is looked for. */
  #takeOneBefore(connection: ConnectionCursor, chunk: Buffer, from: number, to: number): void {
    const places = this.#places;
    places.walk(chunk, from, to);
    for (let index = places.count - 2; index >= 0; index--) {
      if (connection.takeIn(chunk, places.start(index), places.end(index))) return;
    }
  }

  /** A frame of it came that is no data. */
  takeControl(connection: ConnectionCursor, data: Buffer): void {
    if (connection.takeControl(data) && connection !== this.#last) this.#follow(connection);
  }

  /** It is over. Since when records may be missing that it was sending, where it was: in epoch milliseconds. */
  lost({ since }: ConnectionCursor): number | undefined {
    if (since !== undefined) this.#logger.warn({ since: new Date(since).toISOString() }, CUT_OFF);
    return since;
  }

  /** Whether the server has forgotten what the connection was asked for: it is asked for no more then. */
  isForgotten({ asked, isExpired }: ConnectionCursor, error: SpillwayError | undefined): boolean {
    if (asked === undefined || !(isExpired || this.#saysForgotten(error))) return false;
    this.#before = undefined;
    this.#last = undefined;
    this.#logger.warn({ err: error }, 'the server has forgotten the cursor');
    return true;
  }

  #asked(endpoint: Endpoint): Asked | undefined {
    const { into } = this.#options;
    const cursor = this.newest;
    if (cursor === undefined) return undefined;
    const isElsewhere = this.#isElsewhere(cursor, endpoint);
    const rewindMs = this.#rewindMs(isElsewhere);
    if (isElsewhere && rewindMs === undefined) return undefined;
    const said = rewindMs === undefined ? cursor : this.#rewound(cursor, rewindMs);
    const asked = askFor(said, into, endpoint.url);
    if (!(asked instanceof Unsayable)) return asked && { ...asked, cursor, isRewound: rewindMs !== undefined };
    this.#logger.warn({ url: endpoint.shownUrl, why: asked.why }, 'the cursor cannot be said to the server');
    return undefined;
  }

  /** Whether a cursor comes from another address, where it may mean something else. */
  #isElsewhere(cursor: FeedCursor, endpoint: Endpoint): boolean {
    return this.#options.scope !== 'feed' && cursor.endpoint !== endpoint.shownUrl;
  }

  #rewindMs(isElsewhere: boolean): number | undefined {
    const { rewindMs, onEndpointChange } = this.#options;
    return isElsewhere ? onEndpointChange?.rewindMs : rewindMs;
  }

  #rewound({ endpoint, values }: FeedCursor, ms: number): FeedCursor {
    const earlier: Record<string, string> = {};
    for (const name of this.#records.names) {
      const text = values[name] === undefined ? undefined : rewound(values[name], ms);
      if (text !== undefined) earlier[name] = text;
    }
    if (Object.keys(earlier).length === 0) this.#logger.warn({ values }, 'the cursor is no time, and is not rewound');
    return { endpoint, values: { ...values, ...earlier } };
  }

  #saysForgotten(error: SpillwayError | undefined): boolean {
    const { status, code } = this.#options.expired ?? {};
    if (error instanceof ConnectError || error instanceof AuthError)
      return status !== undefined && error.status === status;
    return code !== undefined && error instanceof DisconnectedError && error.closeCode === code;
  }

  #follow(connection: ConnectionCursor): void {
    this.#before = this.newest;
    this.#last = connection;
  }
}

const CUT_OFF = 'the connection was lost before its server had sent all that was missed';
const STALE = 'the server has begun before the cursor: records that are there already are dropped';
