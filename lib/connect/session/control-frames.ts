import type { FrameMatch } from '../../json/match.js';
import type { Heartbeat, Reply } from '../options/liveness-options.js';
import { compileMatch, LookedAt, type Matcher } from '../options/match.js';
import type { SubscribeMessage } from '../options/subscribe-options.js';

/** What {@link ControlFrames} ask and tell. */
export interface ControlHandler {
  /** Whether the frame answers a subscribe step. */
  isAnswer(frame: LookedAt): boolean;
  /** Whether a heartbeat still has to be answered: only then its answer is looked for. */
  isBeatOwed(): boolean;
  /** The answer to a heartbeat came. */
  onBeaten(): void;
  /** A frame asks for a reply. `make` may throw. */
  onAsked(make: () => SubscribeMessage): void;
}

/** What of a server that is to go on from somewhere: it may say that it cannot, and when it has. */
export interface Joining {
  /** The frame by which it says that it cannot, if there is one. */
  readonly forgotten: FrameMatch | undefined;
  /** Whether it still may. */
  isJoining(): boolean;
  /** It says so. */
  onForgotten(): void;
  /** The frame by which it says that it has sent all that was missed, if there is one. */
  readonly caughtUp: FrameMatch | undefined;
  /** It says so: that frame may be anything besides. */
  onCaughtUp(): void;
}

/**
 * Finds the frames of one connection that are no data: answers to subscribe steps and to heartbeats, and a server's pings in text, which it
 * answers. It looks at the bytes of a frame; no object is built.
 */
export class ControlFrames {
  /** Whether frames have to be looked at now. */
  isNeeded: boolean;
  readonly #handler: ControlHandler;
  #frame: LookedAt | undefined;
  #isAnswerExpected = false;
  readonly #beat: Matcher | undefined;
  #joining: { readonly matcher: Matcher; readonly told: Joining } | undefined;
  #replay: { readonly matcher: Matcher; readonly told: Joining } | undefined;
  readonly #replies: readonly { readonly matcher: Matcher; readonly send: Reply['send'] }[];

  constructor(heartbeat: Heartbeat | undefined, replies: readonly Reply[], handler: ControlHandler, joining?: Joining) {
    this.#handler = handler;
    this.#beat = heartbeat?.expect === undefined ? undefined : compileMatch(heartbeat.expect, 'heartbeat.expect.path');
    this.#replies = replies.map(({ match, send }) => ({ matcher: compileMatch(match, 'reply.match.path'), send }));
    if (joining?.forgotten !== undefined) {
      const matcher = compileMatch(joining.forgotten, 'resume.expired.match.path');
      this.#joining = { matcher, told: joining };
    }
    if (joining?.caughtUp !== undefined) {
      this.#replay = { matcher: compileMatch(joining.caughtUp, 'resume.caught_up.path'), told: joining };
    }
    this.isNeeded = this.#isLooking;
  }

  /** A subscribe step begins, or ceases, to wait for its answer. */
  expectAnswer(isExpected: boolean): void {
    this.#isAnswerExpected = isExpected;
    this.isNeeded = isExpected || this.#isLooking;
  }

  /** Whether there is anything to look for at any time. */
  get #isLooking(): boolean {
    const { length } = this.#replies;
    return this.#beat !== undefined || length > 0 || this.#joining !== undefined || this.#replay !== undefined;
  }

  #saysForgotten(frame: LookedAt, { matcher, told }: { readonly matcher: Matcher; readonly told: Joining }): boolean {
    if (!told.isJoining()) {
      this.#joining = undefined;
      this.isNeeded = this.#isAnswerExpected || this.#isLooking;
      return false;
    }
    if (!matcher.matches(frame)) return false;
    told.onForgotten();
    return true;
  }

  #caughtUp(told: Joining): void {
    this.#replay = undefined;
    this.isNeeded = this.#isAnswerExpected || this.#isLooking;
    told.onCaughtUp();
  }

  /** Whether the frame is a control frame. If it asks for a reply, that is sent. */
  consumes(data: Buffer): boolean {
    this.#frame ??= new LookedAt();
    const frame = this.#frame.at(data);
    if (this.#joining !== undefined && this.#saysForgotten(frame, this.#joining)) return true;
    if (this.#replay?.matcher.matches(frame) === true) this.#caughtUp(this.#replay.told);
    if (this.#handler.isAnswer(frame)) return true;
    if (this.#beat !== undefined && this.#handler.isBeatOwed() && this.#beat.matches(frame)) {
      this.#handler.onBeaten();
      return true;
    }
    for (const { matcher, send } of this.#replies) {
      if (!matcher.matches(frame)) continue;
      this.#handler.onAsked(() => replyTo(matcher.value(), send));
      return true;
    }
    return false;
  }
}

function replyTo(value: string, send: Reply['send']): SubscribeMessage {
  if (typeof send === 'function') return send(value);
  return typeof send === 'string' ? send.replaceAll('{value}', () => value) : send;
}
