import type { Heartbeat, Reply } from './liveness-options.js';
import { compileMatch, LookedAt, type Matcher } from './match.js';
import type { SubscribeMessage } from './options.js';

/** What a connection does for its {@link ControlFrames}. */
export interface ControlActions {
  /** Whether the frame answers a subscribe step. */
  isAnswer(frame: LookedAt): boolean;
  /** Whether a heartbeat still has to be answered: only then its answer is looked for. */
  isBeatOwed(): boolean;
  /** The answer to a heartbeat came. */
  beaten(): void;
  /** Sends a reply. `make` may throw. */
  send(make: () => SubscribeMessage): void;
}

/**
 * Finds the frames of one connection that are no data: answers to subscribe steps and to heartbeats, and a server's pings in text, which it
 * answers. It looks at the bytes of a frame; no object is built.
 */
export class ControlFrames {
  /** Whether frames have to be looked at now. */
  isNeeded: boolean;
  readonly #actions: ControlActions;
  readonly #frame = new LookedAt();
  readonly #beat: Matcher | undefined;
  readonly #replies: readonly { readonly matcher: Matcher; readonly send: Reply['send'] }[];

  constructor(heartbeat: Heartbeat | undefined, replies: readonly Reply[], actions: ControlActions) {
    this.#actions = actions;
    this.#beat = heartbeat?.expect === undefined ? undefined : compileMatch(heartbeat.expect, 'heartbeat.expect.path');
    this.#replies = replies.map(({ match, send }) => ({ matcher: compileMatch(match, 'reply.match.path'), send }));
    this.isNeeded = this.#beat !== undefined || this.#replies.length > 0;
  }

  /** A subscribe step begins, or ceases, to wait for its answer. */
  expectAnswer(isExpected: boolean): void {
    this.isNeeded = isExpected || this.#beat !== undefined || this.#replies.length > 0;
  }

  /** Whether the frame is a control frame. If it asks for a reply, that is sent. */
  takes(data: Buffer): boolean {
    const frame = this.#frame.at(data);
    if (this.#actions.isAnswer(frame)) return true;
    if (this.#beat !== undefined && this.#actions.isBeatOwed() && this.#beat.matches(frame)) {
      this.#actions.beaten();
      return true;
    }
    for (const { matcher, send } of this.#replies) {
      if (!matcher.matches(frame)) continue;
      this.#actions.send(() => replyTo(matcher.value(), send));
      return true;
    }
    return false;
  }
}

function replyTo(value: string, send: Reply['send']): SubscribeMessage {
  if (typeof send === 'function') return send(value);
  return typeof send === 'string' ? send.replaceAll('{value}', () => value) : send;
}
