import type { Readable, Writable } from 'node:stream';
import { optionError } from '../errors.js';
import { failAfterDelivery } from './chain.js';

/**
 * What stands between a stage and its dead letter, which is somebody else's stream: the stage waits for it while it is
 * slow, and ends when it fails or is closed, since what is diverted after that would be lost. It is never ended here.
 */
export class DeadLetterGate {
  readonly #deadLetter: Writable;
  readonly #onFail: (error: Error) => void;
  #onRoom: (() => void) | undefined;

  /** @param onFail what ends the stage */
  constructor(deadLetter: Writable, stage: Readable, onFail = (error: Error): void => failAfterDelivery(stage, error)) {
    this.#deadLetter = deadLetter;
    this.#onFail = onFail;
    const onError = (error: Error): void => onFail(error);
    const onClose = (): void => this.#fail();
    const onDrain = (): void => this.#go();
    deadLetter.on('error', onError).on('close', onClose).on('drain', onDrain);
    stage.once('close', () => {
      this.#onRoom = undefined;
      deadLetter.off('error', onError).off('close', onClose).off('drain', onDrain);
    });
  }

  /** Whether the dead letter takes nothing at the moment. */
  get isFull(): boolean {
    return this.#deadLetter.writableNeedDrain || !this.#deadLetter.writable;
  }

  /** Calls `onRoom` when the dead letter takes more: at once when it has room, never when it is gone. */
  whenRoom(onRoom: () => void): void {
    if (!this.#deadLetter.writable) this.#fail();
    else if (this.#deadLetter.writableNeedDrain) this.#onRoom = onRoom;
    else onRoom();
  }

  #go(): void {
    const onRoom = this.#onRoom;
    this.#onRoom = undefined;
    onRoom?.();
  }

  #fail(): void {
    this.#onFail(
      this.#deadLetter.errored ??
        optionError(
          'deadLetter',
          'The stream was closed while a stage diverts to it. Keep it open until that has ended.',
        ),
    );
  }
}
