import type { JsonCheck } from '../json/check.js';
import type { Connection } from './connection.js';
import type { FrameTaker } from './connection-handler.js';
import { Dedupe } from './dedupe.js';
import type { Endpoints } from './endpoints.js';
import { FeedGaps } from './feed-gaps.js';
import type { Frame } from './frame.js';
import { type Gap, type Moment, now } from './gap.js';
import type { HeldFrame } from './handover.js';
import type { ResolvedWebSocketOptions } from './options.js';
import type { Rotation } from './rotation.js';
import { SequenceCheck, type SequenceStats } from './sequence-check.js';

/** What an {@link Intake} tells its run. */
export interface IntakeActions {
  /** The check that the frames' bytes go through next, where that is known. */
  readonly check: JsonCheck | undefined;
  /** A frame that has its number: the consumer takes it. The hot path. */
  readonly frame: (frame: Frame) => void;
  /** A gap is over. */
  gap(gap: Gap): void;
  /** Something came over any connection, at this time of the monotonic clock. */
  touched(at: number): void;
  /** Data of this connection came. Told once for all the frames of a chunk. */
  fed(connection: Connection): void;
  /** As many frames as were asked for have come. */
  full(): void;
}

/**
 * What becomes of a frame on its way from the sockets to the consumer: it is stamped, told apart from those that came before, looked at
 * for holes, numbered and counted. It takes frames while {@link isOpen}.
 */
export class Intake implements FrameTaker {
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
  readonly #options: ResolvedWebSocketOptions;
  readonly #rotation: Rotation;
  readonly #actions: IntakeActions;
  readonly #dedupe: Dedupe | undefined;
  readonly #sequence: SequenceCheck | undefined;
  #stampedAt = 0;
  readonly #forgetStamp = (): void => {
    this.#stampedAt = 0;
  };

  constructor(options: ResolvedWebSocketOptions, endpoints: Endpoints, rotation: Rotation, actions: IntakeActions) {
    this.#options = options;
    this.#rotation = rotation;
    this.#actions = actions;
    this.#dedupe = options.dedupe && new Dedupe(options.dedupe);
    this.#sequence = options.sequence && new SequenceCheck(options.sequence, actions.check);
    this.gaps = new FeedGaps({
      options,
      endpoints,
      progress: this,
      told: (gap) => actions.gap(gap),
      placed: (frame) => actions.frame(frame),
    });
  }

  /** The run begins. */
  start(): void {
    this.fed = now(this.#options.clock);
  }

  data(data: Buffer, isBinary: boolean, connection: Connection): void {
    if (!this.isOpen) return;
    const receivedAt = this.#stampedAt === 0 ? this.#stamp(connection) : this.#stampedAt;
    const { handover } = this.#rotation;
    if (handover !== undefined && this.#rotation.takes(handover, data, isBinary, receivedAt, connection)) return;
    this.#accept(data, isBinary, receivedAt, connection);
  }

  control(data: Buffer, isBinary: boolean, connection: Connection): void {
    if (!this.isOpen) return;
    this.controlFrames += 1;
    this.alive();
    if (this.#options.controlFrames === 'drop') return;
    const receivedAt = this.#options.clock.now();
    const { handover } = this.#rotation;
    if (handover?.takesControl(data, isBinary, receivedAt, connection) === true) return;
    this.#take(data, isBinary, receivedAt, connection);
  }

  alive(): void {
    if (this.#options.idleReset === 'any') this.#actions.touched(this.#options.clock.monotonic());
  }

  /** A frame that waited during a rotation. */
  late({ data, isBinary, receivedAt, isControl }: HeldFrame, connection: Connection): void {
    if (!this.isOpen) return;
    if (isControl) this.#take(data, isBinary, receivedAt, connection);
    else this.#accept(data, isBinary, receivedAt, connection);
  }

  /** Frames that `dedupe` dropped. */
  get duplicates(): number {
    return this.#dedupe?.duplicates ?? 0;
  }

  /** What the feed's own numbers came to. */
  get sequence(): SequenceStats | undefined {
    return this.#sequence?.stats;
  }

  /** The time, read once for all the frames of a chunk: they arrived together. */
  #stamp(connection: Connection): number {
    const { clock } = this.#options;
    this.#stampedAt = clock.now();
    this.fed = { at: this.#stampedAt, monotonic: clock.monotonic() };
    this.#actions.touched(this.fed.monotonic);
    this.#actions.fed(connection);
    queueMicrotask(this.#forgetStamp);
    return this.#stampedAt;
  }

  /** A data frame whose turn it is. Listeners that are told of a gap may end the run. */
  #accept(data: Buffer, isBinary: boolean, receivedAt: number, connection: Connection): void {
    if (this.#dedupe?.isDuplicate(data, connection.number, this.fed.monotonic) === true) return;
    if (this.gaps.isOpen) {
      this.gaps.close();
      if (!this.isOpen) return;
    }
    if (this.#sequence !== undefined) {
      const hole = this.#sequence.look(data, this.fed);
      if (hole !== undefined) this.gaps.hole(hole, connection.number);
      if (!this.isOpen) return;
    }
    this.#take(data, isBinary, receivedAt, connection);
  }

  #take(data: Buffer, isBinary: boolean, receivedAt: number, connection: Connection): void {
    const { number, endpoint, inflater } = connection;
    const sequence = this.frames;
    this.frames = sequence + 1;
    this.bytes += data.length;
    this.lastFrameAt = receivedAt;
    const frame = { data, isBinary, receivedAt, url: endpoint.frameUrl, connection: number, sequence };
    const notInflated = inflater?.failureOf(data);
    this.#actions.frame(notInflated === undefined ? frame : { ...frame, notInflated });
    if (this.frames === this.#options.maxMessages) this.#actions.full();
  }
}
