import type { FrameFacts } from '../parse/message.js';

/** What a list of frames' facts holds, as columns with an entry a stretch: see `FrameFactsList`. */
export interface FactsColumns {
  /** How many records there are. */
  readonly length: number;
  /** The index of the record at which each stretch begins. */
  readonly starts: Uint32Array;
  readonly receivedAt: Float64Array;
  readonly sequence: Float64Array;
  readonly connection: Float64Array;
  /** 1 for a binary one. */
  readonly isBinary: Uint8Array;
  /** Which of {@link urls}. */
  readonly url: Uint32Array;
  readonly urls: readonly string[];
  /** The stretches that are gaps. */
  readonly gaps: readonly (readonly [stretch: number, gap: NonNullable<FrameFacts['gap']>])[];
  /** How the sequence goes on: 0, 1, or 2 for a list, with an entry a record. */
  readonly steps: Uint8Array;
  /** These lists, one behind the other. */
  readonly aheads: Float64Array;
}
