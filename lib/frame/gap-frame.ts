import { serialise } from '../json/serialise.js';
import type { Frame } from './frame.js';
import { type Gap, gapRecord } from './gap.js';

/** A gap as a frame that stands in its place between the others: `{"gap":{…}}`. */
export function gapFrame(gap: Gap, place: { readonly url: string; readonly sequence: number }): Frame {
  const data = serialise({ gap: gapRecord(gap) });
  return { data, isBinary: false, receivedAt: gap.to.at, connection: gap.connection, ...place, gap };
}
