import type { ResumedFrame } from '../frame/received-frame.js';
import type { FrameFacts } from './message.js';

/** From where a server is to go on behind the newest of some frames: no frame is read before somebody asks. */
export class NewestCursor {
  #cursor: FrameFacts['cursor'];
  /** The frame that says so in its place. */
  #frame: FrameFacts | undefined;

  /** It is behind this frame now, where that says from where. */
  follow(frame: FrameFacts & Partial<Pick<ResumedFrame, 'hasCursor'>>): void {
    if (frame.hasCursor === true) this.#frame = frame;
    else this.set(frame.cursor);
  }

  /** It is there now, where that is known. */
  set(cursor: FrameFacts['cursor']): void {
    if (cursor === undefined) return;
    this.#cursor = cursor;
    this.#frame = undefined;
  }

  /** Looks at the frame, and lets go of it. */
  read(): FrameFacts['cursor'] {
    if (this.#frame !== undefined) this.set(this.#frame.cursor);
    return this.#cursor;
  }
}
