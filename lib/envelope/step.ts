import type { Message } from '../parse/message.js';
import { EnvelopeMessage, tailText } from './envelope-message.js';

/** Message in, enveloped message out: the envelope stage without its stream. */
export class EnvelopeStep {
  #receivedAt = Number.NaN;
  #url = '';
  #tail: Buffer = Buffer.alloc(0);

  wrap(message: Message): Message {
    if (message.isGap) return message;
    const { receivedAt, url } = message.frame;
    // Frames that came together share their tail: one a millisecond at most is made.
    if (receivedAt !== this.#receivedAt || url !== this.#url) {
      this.#receivedAt = receivedAt;
      this.#url = url;
      this.#tail = tailText(receivedAt, url);
    }
    return new EnvelopeMessage(message, this.#tail);
  }
}
