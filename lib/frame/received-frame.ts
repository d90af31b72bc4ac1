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
  /** The same. */
  declare cursor?: FeedCursor;

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
    const { data, isBinary, ...facts } = this;
    return `Frame ${inspect({ data: isBinary ? data : shownText(data), isBinary, ...facts }, options)}`;
  }
}
