import { createReadStream } from 'node:fs';
import { type FileFacts, NO_FACTS, withGap } from './file-facts.js';

/**
 * What can be told of the lines of a part when nobody has kept it: how many records there are, and the gaps. By which numbers of frames they came,
 * and when, is not in them.
 */
export async function factsOfText(path: string): Promise<FileFacts> {
  let { records, gaps } = NO_FACTS;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(LF, rest.length); end >= 0; end = bytes.indexOf(LF, start)) {
      const gap = bytes.subarray(start, start + GAP.length).equals(GAP) ? gapIn(bytes.subarray(start, end)) : undefined;
      if (gap === undefined) records += 1;
      else gaps = withGap(gaps, gap);
      start = end + 1;
    }
    rest = bytes.subarray(start);
  }
  return { ...NO_FACTS, records, gaps };
}

/** What a line tells that begins as those do that tell a gap. */
function gapIn(line: Buffer): Parameters<typeof withGap>[1] | undefined {
  try {
    const { gap } = JSON.parse(line.toString('utf8')) as { gap: Readonly<Record<string, unknown>> };
    const { duration_ms: durationMs, dropped, missing = 0 } = gap;
    const isGap = [durationMs, dropped].every(Number.isSafeInteger) && Number.isFinite(missing);
    return isGap
      ? { durationMs: durationMs as number, dropped: dropped as number, missing: missing as number }
      : undefined;
  } catch {
    return undefined;
  }
}

const GAP = Buffer.from('{"gap":{"cause":"');
const LF = 0x0a;
