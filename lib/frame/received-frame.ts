import { type Inspect, inspectCustom, shownText } from '../internal/inspect.js';
import type { FeedCursor } from './feed-cursor.js';
import type { Frame } from './frame.js';

/** A frame as a run hands it out. */
export class ReceivedFrame implements Frame {
  readonly data: Buffer;
  readonly isBinary: boolean;
  readonly receivedAt: number;
  readonly url: string;
  readonly connection: number;
  readonly sequence: number;
  /** Where it is set, once, before anybody has the frame. */
  declare notInflated?: string;

  constructor(data: Buffer, isBinary: boolean, receivedAt: number, url: string, connection: number, sequence: number) {
    this.data = data;
    this.isBinary = isBinary;
    this.receivedAt = receivedAt;
    this.url = url;
    this.connection = connection;
    this.sequence = sequence;
  }

  /** `console.log(frame)` shows a text as text, and not the rest of the chunk that its bytes lie in. */
  [inspectCustom](_depth: number, options: object, inspect: Inspect): string {
    const { data, isBinary, cursor, ...facts } = this as Frame;
    const shown = { data: isBinary ? data : shownText(data), isBinary, ...facts, ...(cursor && { cursor }) };
    return `Frame ${inspect(shown, options)}`;
  }
}

/** Where frames stand that came one behind another, by their places among them. */
export interface CursorPlaces {
  /** Whether each of them has a cursor. */
  readonly areKnown: boolean;
  /** From where a server is to go on behind the frame at a place. */
  cursorAt(place: number): FeedCursor | undefined;
}

/** The places of one frame of which it is known. */
export function placesOf(cursor: FeedCursor): CursorPlaces {
  return { areKnown: true, cursorAt: () => cursor };
}

/** A frame of a feed that resumes. Its cursor is read when somebody asks for it: most of them are those of frames in the midst of a page. */
export class ResumedFrame extends ReceivedFrame {
  readonly #places: CursorPlaces;
  readonly #place: number;

  constructor(
    data: Buffer,
    isBinary: boolean,
    receivedAt: number,
    url: string,
    connection: number,
    sequence: number,
    places: CursorPlaces,
    place: number,
  ) {
    super(data, isBinary, receivedAt, url, connection, sequence);
    this.#places = places;
    this.#place = place;
  }

  get cursor(): FeedCursor | undefined {
    return this.#places.cursorAt(this.#place);
  }

  /** Whether it has a cursor, as far as is known without a look at it. */
  get hasCursor(): boolean {
    return this.#places.areKnown;
  }
}
