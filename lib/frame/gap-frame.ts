import { serialise } from '../json/serialise.js';
import type { Frame } from './frame.js';
import { type Gap, gapRecord } from './gap.js';
import { ReceivedFrame } from './received-frame.js';

/** A gap as a frame that stands in its place between the others: `{"gap":{…}}`. */
export function gapFrame(gap: Gap, place: { readonly url: string; readonly sequence: number }): Frame {
  const data = serialise({ gap: gapRecord(gap) });
  const frame = new ReceivedFrame(data, false, gap.to.at, place.url, gap.connection, place.sequence);
  return Object.assign(frame, { gap });
}
