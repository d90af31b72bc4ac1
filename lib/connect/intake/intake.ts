import type { FeedCursor } from '../../frame/feed-cursor.js';
import type { Frame } from '../../frame/frame.js';
import { type Gap, type Moment, now } from '../../frame/gap.js';
import { placesOf, ReceivedFrame, ResumedFrame } from '../../frame/received-frame.js';
import type { JsonCheck } from '../../json/check.js';
import { integerAt } from '../../json/integer.js';
import type { SequenceStats } from '../../telemetry/stats.js';
import { Backfill, type BackfillHandler, type Filled } from '../backfill/backfill.js';
import type { RecordFinder } from '../backfill/fill.js';
import type { HeldFrame } from '../backfill/held-frames.js';
import { type BackfillOptions, remembered } from '../options/backfill-options.js';
import type { ResolvedWebSocketOptions } from '../options/options.js';
import type { Endpoints } from '../reach/endpoints.js';
import type { ConnectionCursor } from '../resume/connection-cursor.js';
import type { Resume } from '../resume/resume.js';
import type { WithheldFrame } from '../rotation/merge.js';
import { Rotation } from '../rotation/rotation.js';
import type { FrameRun } from '../socket/frame-run.js';
import { Dedupe } from './dedupe.js';
import { FeedGaps } from './feed-gaps.js';
import type { FrameHandler, Origin } from './frame-handler.js';
import { type Hole, SequenceCheck } from './sequence-check.js';

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
  /** With `backfill`. */
  readonly backfill?: FillingRun | undefined;
}

/** A run whose sequence is filled where it has holes. */
export interface FillingRun {
  /** Who finds what is missing. */
  readonly finder: RecordFinder;
  /** Whether a slow consumer takes nothing now. */
  isSlow(): boolean;
  /** So much waits for what is missing that nothing more is to come, or may come again. */
  onRoom(isFull: boolean): void;
  /** A hole was seen to. */
  onFilled(filled: Filled): void;
  /** Numbers stay missing, and that is to end the run. */
  onMissed(filled: Filled): void;
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
  /** Whether the run is over: nobody takes anything. */
  isOver = false;
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
  /** What came behind a hole waits here until that is filled. */
  readonly backfill: Backfill | undefined;
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
    const { backfill, clock, maxBufferedFrames: maxFrames, maxBufferedBytes: maxBytes } = options;
    if (backfill === undefined || handler.backfill === undefined) return;
    const { maxDurationMs = LONGEST_WAIT_MS, onFailure } = typeof backfill === 'function' ? NOTHING_SAID : backfill;
    const rules = { step: options.sequence?.step ?? 1, maxDurationMs, isNeeded: onFailure === 'fail' };
    this.backfill = new Backfill(
      handler.backfill.finder,
      { ...rules, maxFrames, maxBytes, clock },
      this.#filling(handler.backfill),
    );
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
    if (this.#waits(data, isBinary, receivedAt, origin, false)) return;
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
    while (
      this.isOpen &&
      this.backfill?.isOpen !== true &&
      !this.gaps.isOpen &&
      this.rotation.merge === undefined &&
      cursor?.isJoining !== true
    ) {
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
    if (this.#waits(data, isBinary, receivedAt, origin, true)) return;
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
      if (this.#waits(data, isBinary, receivedAt, origin, isControl)) continue;
      if (isControl) this.#emit(data, isBinary, receivedAt, origin);
      else this.#accept(data, isBinary, receivedAt, origin);
    }
  }

  /** The run is about to end: what waits for what is missing was received. */
  flush(): void {
    this.backfill?.cut();
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

  /** Whether the frame waits behind a hole that is being filled. */
  #waits(data: Buffer, isBinary: boolean, receivedAt: number, origin: Origin, isControl: boolean): boolean {
    const { backfill } = this;
    if (backfill?.isOpen !== true) return false;
    backfill.hold({ data, isBinary, arrival: this.fed, receivedAt, origin, isControl });
    return true;
  }

  /**
   * A data frame whose turn it is. Listeners that are told of a gap may end the run.
   *
   * @param heldSince when it came, where it has waited
   */
  #accept(data: Buffer, isBinary: boolean, receivedAt: number, origin: Origin, heldSince?: Moment): void {
    const arrival = heldSince ?? this.fed;
    const { cursor } = origin;
    if (cursor?.isJoining === true && cursor.isAgain(data)) {
      this.#again += 1;
      return;
    }
    if (this.#dedupe?.isDuplicate(data, origin.number, arrival.monotonic) === true) return;
    const hole = this.#sequence?.look(data, arrival);
    if (hole !== undefined && this.#fills(hole, { data, isBinary, arrival, receivedAt, origin, isControl: false }))
      return;
    // A record that says nothing of where it is says nothing of what is missing either.
    const { since } = this.gaps;
    if (since !== undefined && cursor?.isJoining !== true) {
      cursor?.closes(since.at);
      this.gaps.close(cursor?.isReplayed === true && hole === undefined, heldSince);
      if (this.isOver) return;
    }
    if (hole !== undefined) {
      this.gaps.hole(hole, origin.number);
      if (this.isOver) return;
    }
    this.#take(data, isBinary, receivedAt, origin, arrival);
  }

  /** A data frame before which nothing is missing that is not told. */
  #take(data: Buffer, isBinary: boolean, receivedAt: number, origin: Origin, arrival: Moment): void {
    const { cursor } = origin;
    if (cursor !== undefined) this.#handler.resume?.take(cursor, data, arrival);
    this.#emit(data, isBinary, receivedAt, origin);
  }

  /** Whether a hole is to be filled before the frame behind it goes on. */
  #fills(hole: Hole, behind: HeldFrame): boolean {
    if (this.backfill?.begin(hole, behind) !== true) return false;
    // They are missing when they are told to be.
    this.#sequence?.found(hole.missing);
    return true;
  }

  /** What becomes of what is found, and of what waits meanwhile. */
  #filling(run: FillingRun): BackfillHandler {
    const closeGap = (isReplayed: boolean, { origin, arrival }: HeldFrame): void => {
      const { since } = this.gaps;
      if (since === undefined || origin.cursor?.isJoining === true) return;
      origin.cursor?.closes(since.at);
      this.gaps.close(isReplayed, arrival);
    };
    return {
      get isSlow() {
        return run.isSlow();
      },
      onRecord: ({ data, number }, { origin }) => {
        const { number: connection, endpoint } = origin;
        if (this.#dedupe?.isDuplicate(data, connection, this.fed.monotonic) === true) return;
        const from = {
          number: connection,
          endpoint: { ...endpoint, frameUrl: run.finder.shownUrl ?? endpoint.frameUrl },
          inflater: undefined,
        };
        const cursor = this.#cursorAt(number, origin);
        const place = cursor && { places: placesOf(cursor), place: 0 };
        this.#emit(data, false, this.#options.clock.now(), from, place);
      },
      onMissing: (hole, behind) => {
        this.#sequence?.found(-hole.missing);
        closeGap(false, behind);
        if (!this.isOver) this.gaps.hole(hole, behind.origin.number);
      },
      onFilled: (filled, behind) => {
        closeGap(true, behind);
        if (this.isOver) return;
        run.onFilled(filled);
        if (!this.isOver) this.#take(behind.data, behind.isBinary, behind.receivedAt, behind.origin, behind.arrival);
      },
      onFailed: (filled) => run.onMissed(filled),
      onFrame: ({ data, isBinary, arrival, receivedAt, origin, isControl }) => {
        if (isControl) this.#emit(data, isBinary, receivedAt, origin);
        else this.#accept(data, isBinary, receivedAt, origin, arrival);
      },
      onRoom: (isFull) => run.onRoom(isFull),
    };
  }

  /** From where to go on behind a record that was found. */
  #cursorAt(number: number | bigint, { cursor, endpoint }: Origin): FeedCursor | undefined {
    const name = numberName(this.#options);
    const { current } = cursor ?? {};
    if (name === undefined) return current;
    return { endpoint: endpoint.shownUrl, ...current, values: { ...current?.values, [name]: String(number) } };
  }

  #emit(
    data: Buffer,
    isBinary: boolean,
    receivedAt: number,
    origin: Origin,
    cursor: Pick<ConnectionCursor, 'places' | 'place'> | undefined = origin.cursor,
  ): void {
    const { number, endpoint, inflater } = origin;
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

/** Of a backfill by a function. */
const NOTHING_SAID: Partial<BackfillOptions> = {};
/** For so long frames wait for what is missing, by default. */
const LONGEST_WAIT_MS = 30_000;

/** The feed's own number up to which an earlier run came, where that is remembered. */
function lastNumber(options: ResolvedWebSocketOptions): number | bigint | undefined {
  const name = numberName(options);
  const text = name === undefined ? undefined : options.position?.cursor?.values[name];
  const bytes = Buffer.from(text ?? '');
  return integerAt(bytes, 0, bytes.length);
}

/** By which name the feed's own number is remembered, where it is. */
function numberName(options: ResolvedWebSocketOptions): string | undefined {
  const { sequence } = options;
  if (sequence === undefined || sequence.key !== undefined) return undefined;
  const values = Object.entries(remembered(options)?.values ?? {});
  return values.find(([, { path, from }]) => path === sequence.path && from !== 'control')?.[0];
}
