import type { Moment } from '../../frame/gap.js';
import type { Endpoint } from '../reach/endpoints.js';
import type { ConnectionCursor } from '../resume/connection-cursor.js';
import type { FrameRun } from '../socket/frame-run.js';
import type { Inflater } from '../socket/inflater.js';

/** Where the frames of a connection go to. */
export interface FrameHandler {
  /** A data frame came, at a time that all frames of its chunk have in common: they arrived together. The hot path. */
  onFrame(data: Buffer, isBinary: boolean, arrival: Moment, origin: Origin): void;
  /** Whether data frames may come many at once, too. */
  readonly takesRuns: boolean;
  /** The same for frames that stand one behind another: as many as are accepted. What is left comes one by one. */
  onRun(run: FrameRun, arrival: Moment, origin: Origin): void;
  /** A control frame came: a message that is no data. */
  onControl(data: Buffer, isBinary: boolean, origin: Origin): void;
  /** A ping or a pong came. */
  onAlive(): void;
  /** A pong came, so long after its ping. */
  onPong(rttMs: number): void;
  /** Frames received in the whole run so far. */
  readonly frames: number;
}

/** The connection that a frame came over, as far as it matters to who takes it. */
export interface Origin {
  /** 1, 2, … per socket of the run; 0 until the upgrade. */
  readonly number: number;
  /** Where it leads to. */
  readonly endpoint: Endpoint;
  /** What binary frames went through; `undefined` when they are taken as they come. */
  readonly inflater: Inflater | undefined;
  /** Where it is in the feed, with `resume`. */
  readonly cursor?: ConnectionCursor | undefined;
}
