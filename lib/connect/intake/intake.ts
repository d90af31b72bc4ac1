import type { FeedCursor } from '../../frame/feed-cursor.js';
import type { Frame } from '../../frame/frame.js';
import { type Gap, type Moment, now } from '../../frame/gap.js';
import { ReceivedFrame, ResumedFrame } from '../../frame/received-frame.js';
import type { JsonCheck } from '../../json/check.js';
import { integerAt } from '../../json/integer.js';
import type { SequenceStats } from '../../telemetry/stats.js';
import type { ResolvedWebSocketOptions } from '../options/options.js';
import type { Endpoints } from '../reach/endpoints.js';
import type { Resume } from '../resume/resume.js';
import type { WithheldFrame } from '../rotation/merge.js';
import { Rotation } from '../rotation/rotation.js';
import type { FrameRun } from '../socket/frame-run.js';
import { Dedupe } from './dedupe.js';
import { FeedGaps } from './feed-gaps.js';
import type { FrameHandler, Origin } from './frame-handler.js';
import { SequenceCheck } from './sequence-check.js';

/** A consumer that takes frames which stand one behind another at once. */
export interface RunConsumer {
  /**
   * Accepts as many frames of the run as it can, at most `most`; the first has these facts, the others the next sequences.
   * Nothing is told to anybody yet.
   *
   * @param mayPass asked, where it is given, about each text that the check has just passed: who is answered `true` accepts it
   */
  onRun(run: FrameRun, first: Omit<Frame, 'data'>, most: number, mayPass: MayPass | undefined): void;
  /**
   * The frames that were accepted are counted: what became of them goes on. This may pause or end the run.
   *
   * @param cursor from where a server is to go on behind them, where that is known
   */
  onCounted(cursor: FeedCursor | undefined): void;
}

/** Whether nobody but the consumer has to look at the text in bytes[start, end). */
export type MayPass = (bytes: Buffer, start: number, end: number) => boolean;

/** What an {@link Intake} tells its run. */
export interface IntakeHandler {
  /** The check that the frames' bytes go through next, where that is known. */
  readonly check: JsonCheck | undefined;
  /** A frame that has its number: the consumer takes it. The hot path. */
  readonly onFrame: (frame: Frame) => void;
  /** Who takes many frames at once, if anybody does. */
  runs(): RunConsumer | undefined;
  /** A gap is over. */
  onGap(gap: Gap): void;
  /** Something came over any connection, at this time of the monotonic clock. */
  onAlive(at: number): void;
  /** As many frames as were asked for have come. */
  onFull(): void;
  /** Where the feed is, when its server is to go on from there. */
  readonly resume?: Resume | undefined;
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
 *
 * Where neither answers, rotations, `dedupe`, a hole nor a gap has to do with them, and the consumer takes many at once (the
 * fused way into pages does), all frames of a chunk take the same way in one call, as a `FrameRun` ({@link onRun}): then there is
 * not even that object.
 */
export class Intake implements FrameHandler {
  /** Whether a connection feeds the run. */
  isOpen = false;
  /** The sequence of the next frame. */
  next: number;
  bytes = 0;
  controlFrames = 0;
  lastFrameAt: number | undefined;
  rttMs: number | undefined;
  /** When data came last, or the run began. */
  fed: Moment = { at: 0, monotonic: 0 };
  readonly gaps: FeedGaps;
  /** What two connections bring is put together here. */
  readonly rotation: Rotation;
  readonly #options: ResolvedWebSocketOptions;
  readonly #handler: IntakeHandler;
  readonly #dedupe: Dedupe | undefined;
  readonly #sequence: SequenceCheck | undefined;
  readonly #mayPass: MayPass | undefined;
  /** Frames that came once more after a connect, and were there. */
  #again = 0;
  /** What the first frame is numbered. */
  readonly #first: number;

  constructor(options: ResolvedWebSocketOptions, endpoints: Endpoints, handler: IntakeHandler) {
    this.#options = options;
    this.#handler = handler;
    this.#dedupe = options.dedupe && new Dedupe(options.dedupe);
    const sequence = options.sequence && new SequenceCheck(options.sequence, handler.check);
    this.#sequence = sequence;
    this.#first = options.position?.sequence ?? 0;
    this.next = this.#first;
    this.#mayPass = sequence && ((bytes, start, end) => sequence.follows(bytes, start, end, this.fed));
    this.gaps = new FeedGaps({ options, endpoints, progress: this, handler });
    this.rotation = new Rotation(options, this.gaps);
  }

  /** The run begins. */
  start(): void {
    this.fed = now(this.#options.clock);
    const { position } = this.#options;
    if (position === undefined) return;
    this.gaps.continueFrom(position);
    const number = lastNumber(this.#options);
    if (number !== undefined) this.#sequence?.continueFrom(number, this.fed);
  }

  /** Frames taken. */
  get frames(): number {
    return this.next - this.#first;
  }

  onFrame(data: Buffer, isBinary: boolean, arrival: Moment, origin: Origin): void {
    if (!this.isOpen) return;
    if (arrival !== this.fed) this.#onChunk(arrival);
    const receivedAt = arrival.at;
    const { merge } = this.rotation;
    if (merge !== undefined && this.rotation.consumes(merge, data, isBinary, receivedAt, origin)) return;
    this.#accept(data, isBinary, receivedAt, origin);
  }

  get takesRuns(): boolean {
    // A sequence that is looked at in another check would have to check once more.
    const isChecked = this.#sequence === undefined || this.#handler.check !== undefined;
    return this.#dedupe === undefined && isChecked && this.#handler.runs() !== undefined;
  }

  /** Frames that nobody has to look at before the consumer: for them the way is the same, once for all of them. */
  onRun(run: FrameRun, arrival: Moment, { number, endpoint, cursor }: Origin): void {
    const runs = this.#handler.runs();
    if (runs === undefined || !this.isOpen) return;
    if (arrival !== this.fed) this.#onChunk(arrival);
    const { isBinary } = run;
    const { maxFrames = Number.POSITIVE_INFINITY } = this.#options;
    // What the consumer does with them may pause or end the run, or begin a rotation.
    while (this.isOpen && !this.gaps.isOpen && this.rotation.merge === undefined && cursor?.isJoining !== true) {
      const first = {
        isBinary,
        receivedAt: arrival.at,
        url: endpoint.frameUrl,
        connection: number,
        sequence: this.next,
      };
      const from = run.offset;
      run.restart(from);
      runs.onRun(run, first, maxFrames - this.frames, this.#mayPass);
      if (run.frames === 0) return;
      this.next += run.frames;
      this.bytes += run.bytes;
      this.lastFrameAt = arrival.at;
      if (cursor !== undefined) this.#handler.resume?.takeRun(cursor, run, from);
      runs.onCounted(cursor?.current);
      if (this.frames === maxFrames) this.#handler.onFull();
    }
  }

  onControl(data: Buffer, isBinary: boolean, origin: Origin): void {
    if (!this.isOpen) return;
    if (origin.cursor !== undefined) this.#handler.resume?.takeControl(origin.cursor, data);
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

  onPong(rttMs: number): void {
    this.rttMs = rttMs;
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
    return this.rotation.duplicates + (this.#dedupe?.duplicates ?? 0) + this.#again;
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
    const { cursor } = origin;
    if (cursor?.isJoining === true && cursor.isAgain(data)) {
      this.#again += 1;
      return;
    }
    if (this.#dedupe?.isDuplicate(data, origin.number, this.fed.monotonic) === true) return;
    const hole = this.#sequence?.look(data, this.fed);
    // A record that says nothing of where it is says nothing of what is missing either.
    const { since } = this.gaps;
    if (since !== undefined && cursor?.isJoining !== true) {
      cursor?.closes(since.at);
      this.gaps.close(cursor?.isReplayed === true && hole === undefined);
      if (!this.isOpen) return;
    }
    if (hole !== undefined) {
      this.gaps.hole(hole, origin.number);
      if (!this.isOpen) return;
    }
    if (cursor !== undefined) this.#handler.resume?.take(cursor, data, this.fed);
    this.#emit(data, isBinary, receivedAt, origin);
  }

  #emit(data: Buffer, isBinary: boolean, receivedAt: number, origin: Origin): void {
    const { number, endpoint, inflater, cursor } = origin;
    const sequence = this.next;
    this.next = sequence + 1;
    this.bytes += data.length;
    this.lastFrameAt = receivedAt;
    const { frameUrl } = endpoint;
    const frame =
      cursor === undefined
        ? new ReceivedFrame(data, isBinary, receivedAt, frameUrl, number, sequence)
        : new ResumedFrame(data, isBinary, receivedAt, frameUrl, number, sequence, cursor.places, cursor.place);
    const notInflated = inflater?.failureOf(data);
    if (notInflated !== undefined) frame.notInflated = notInflated;
    this.#handler.onFrame(frame);
    if (this.frames === this.#options.maxFrames) this.#handler.onFull();
  }
}

/** The feed's own number up to which an earlier run came, where that is remembered. */
function lastNumber({ sequence, resume, position }: ResolvedWebSocketOptions): number | bigint | undefined {
  const texts = position?.cursor?.values;
  if (sequence === undefined || sequence.key !== undefined || resume === undefined || texts === undefined)
    return undefined;
  const [name] =
    Object.entries(resume.values).find(([, { path, from }]) => path === sequence.path && from !== 'control') ?? [];
  const bytes = Buffer.from((name !== undefined && texts[name]) || '');
  return integerAt(bytes, 0, bytes.length);
}
