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

/**
 * Finds the frames of one connection that are no data: answers to subscribe steps and to heartbeats, and a server's pings in text, which it
 * answers. It looks at the bytes of a frame; no object is built.
 */
export class ControlFrames {
  /** Whether frames have to be looked at now. */
  isNeeded: boolean;
  readonly #handler: ControlHandler;
  readonly #frame = new LookedAt();
  readonly #beat: Matcher | undefined;
  readonly #replies: readonly { readonly matcher: Matcher; readonly send: Reply['send'] }[];

  constructor(heartbeat: Heartbeat | undefined, replies: readonly Reply[], handler: ControlHandler) {
    this.#handler = handler;
    this.#beat = heartbeat?.expect === undefined ? undefined : compileMatch(heartbeat.expect, 'heartbeat.expect.path');
    this.#replies = replies.map(({ match, send }) => ({ matcher: compileMatch(match, 'reply.match.path'), send }));
    this.isNeeded = this.#beat !== undefined || this.#replies.length > 0;
  }

  /** A subscribe step begins, or ceases, to wait for its answer. */
  expectAnswer(isExpected: boolean): void {
    this.isNeeded = isExpected || this.#beat !== undefined || this.#replies.length > 0;
  }

  /** Whether the frame is a control frame. If it asks for a reply, that is sent. */
  consumes(data: Buffer): boolean {
    const frame = this.#frame.at(data);
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
