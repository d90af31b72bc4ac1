import type { Frame } from '../../frame/frame.js';
import { type Gap, type Moment, now } from '../../frame/gap.js';
import type { JsonCheck } from '../../json/check.js';
import type { SequenceStats } from '../../telemetry/stats.js';
import type { ResolvedWebSocketOptions } from '../options/options.js';
import type { Endpoints } from '../reach/endpoints.js';
import type { WithheldFrame } from '../rotation/merge.js';
import { Rotation } from '../rotation/rotation.js';
import { Dedupe } from './dedupe.js';
import { FeedGaps } from './feed-gaps.js';
import type { FrameHandler, Origin } from './frame-handler.js';
import { SequenceCheck } from './sequence-check.js';

/** What an {@link Intake} tells its run. */
export interface IntakeHandler {
  /** The check that the frames' bytes go through next, where that is known. */
  readonly check: JsonCheck | undefined;
  /** A frame that has its number: the consumer takes it. The hot path. */
  readonly onFrame: (frame: Frame) => void;
  /** A gap is over. */
  onGap(gap: Gap): void;
  /** Something came over any connection, at this time of the monotonic clock. */
  onAlive(at: number): void;
  /** As many frames as were asked for have come. */
  onFull(): void;
}

/**
 * What becomes of a frame on its way from the sockets to the consumer: it is told apart from those that came before, looked at
 * for holes, numbered and counted. It takes frames while {@link isOpen}.
 *
 * A frame's way, from the chunk to the consumer: the `FrameCutter` cuts it out of the chunk that the socket has read, and calls
 * the `Session` of its connection (by way of the `InflateQueue`, where frames are to be inflated). That keeps what answers it, reads the
 * time once a chunk, and calls {@link onFrame} here: a {@link Rotation} may keep the frame until its turn comes
 * ({@link onLate}), `dedupe` may drop it, a gap is told before it; then it has its number, and is the consumer's. Nothing on
 * this way makes an object for a frame but the {@link Frame} itself.
 */
export class Intake implements FrameHandler {
  /** Whether a connection feeds the run. */
  isOpen = false;
  /** Frames taken: the sequence of the next one. */
  frames = 0;
  bytes = 0;
  controlFrames = 0;
  lastFrameAt: number | undefined;
  /** When data came last, or the run began. */
  fed: Moment = { at: 0, monotonic: 0 };
  readonly gaps: FeedGaps;
  /** What two connections bring is put together here. */
  readonly rotation: Rotation;
  readonly #options: ResolvedWebSocketOptions;
  readonly #handler: IntakeHandler;
  readonly #dedupe: Dedupe | undefined;
  readonly #sequence: SequenceCheck | undefined;

  constructor(options: ResolvedWebSocketOptions, endpoints: Endpoints, handler: IntakeHandler) {
    this.#options = options;
    this.#handler = handler;
    this.#dedupe = options.dedupe && new Dedupe(options.dedupe);
    this.#sequence = options.sequence && new SequenceCheck(options.sequence, handler.check);
    this.gaps = new FeedGaps({ options, endpoints, progress: this, handler });
    this.rotation = new Rotation(options, this.gaps);
  }

  /** The run begins. */
  start(): void {
    this.fed = now(this.#options.clock);
  }

  onFrame(data: Buffer, isBinary: boolean, arrival: Moment, origin: Origin): void {
    if (!this.isOpen) return;
    if (arrival !== this.fed) this.#onChunk(arrival);
    const receivedAt = arrival.at;
    const { merge } = this.rotation;
    if (merge !== undefined && this.rotation.consumes(merge, data, isBinary, receivedAt, origin)) return;
    this.#accept(data, isBinary, receivedAt, origin);
  }

  onControl(data: Buffer, isBinary: boolean, origin: Origin): void {
    if (!this.isOpen) return;
    this.controlFrames += 1;
    this.onAlive();
    if (this.#options.controlFrames === 'drop') return;
    const receivedAt = this.#options.clock.now();
    const { merge } = this.rotation;
    if (merge?.consumesControl(data, isBinary, receivedAt, origin) === true) return;
    this.#emit(data, isBinary, receivedAt, origin);
  }

  onAlive(): void {
    if (this.#options.idleReset === 'any') this.#handler.onAlive(this.#options.clock.monotonic());
  }

  /** Frames that waited during a rotation. Each may end the run. */
  onLate(frames: readonly WithheldFrame[]): void {
    for (const { data, isBinary, receivedAt, isControl, origin } of frames) {
      if (!this.isOpen) return;
      if (isControl) this.#emit(data, isBinary, receivedAt, origin);
      else this.#accept(data, isBinary, receivedAt, origin);
    }
  }

  /** Frames that came twice, and were emitted once. */
  get duplicates(): number {
    return this.rotation.duplicates + (this.#dedupe?.duplicates ?? 0);
  }

  /** What the feed's own numbers came to. */
  get sequence(): SequenceStats | undefined {
    return this.#sequence?.stats;
  }

  #onChunk(arrival: Moment): void {
    this.fed = arrival;
    this.#handler.onAlive(arrival.monotonic);
  }

  /** A data frame whose turn it is. Listeners that are told of a gap may end the run. */
  #accept(data: Buffer, isBinary: boolean, receivedAt: number, origin: Origin): void {
    if (this.#dedupe?.isDuplicate(data, origin.number, this.fed.monotonic) === true) return;
    if (this.gaps.isOpen) {
      this.gaps.close();
      if (!this.isOpen) return;
    }
    if (this.#sequence !== undefined) {
      const hole = this.#sequence.look(data, this.fed);
      if (hole !== undefined) this.gaps.hole(hole, origin.number);
      if (!this.isOpen) return;
    }
    this.#emit(data, isBinary, receivedAt, origin);
  }

  #emit(data: Buffer, isBinary: boolean, receivedAt: number, origin: Origin): void {
    const { number, endpoint, inflater } = origin;
    const sequence = this.frames;
    this.frames = sequence + 1;
    this.bytes += data.length;
    this.lastFrameAt = receivedAt;
    const frame = { data, isBinary, receivedAt, url: endpoint.frameUrl, connection: number, sequence };
    const notInflated = inflater?.failureOf(data);
    this.#handler.onFrame(notInflated === undefined ? frame : { ...frame, notInflated });
    if (this.frames === this.#options.maxMessages) this.#handler.onFull();
  }
}
