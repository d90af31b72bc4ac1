import { ByteQueue } from '../replay/byte-queue.js';
import { gzipMembers } from '../replay/gunzip.js';
import type { Content } from './content.js';

/** What gzip members hold, one after another. Where one is damaged, it goes on with the next that can be found. */
export async function* gzipContent(source: AsyncIterable<Buffer>): Content {
  const bytes = new ByteQueue(source);
  try {
    for (let isBegin = true; ; isBegin = false) {
      const ending = yield* gzipMembers(bytes, isBegin);
      if (ending === 'torn') return { isTorn: true, zeros: 0 };
      const byte = bytes.taken;
      let problem = GARBAGE;
      if (ending === 'whole') {
        const zeros = await zerosIn(bytes);
        if (!(await bytes.has(1))) return { isTorn: false, zeros };
      } else ({ problem } = ending);
      const isFound = await bytes.shiftTo(MAGIC);
      yield { byte, problem, resumesAt: isFound ? bytes.taken : undefined };
      if (!isFound) return { isTorn: false, zeros: 0 };
    }
  } finally {
    await bytes.close();
  }
}

/** Takes the zeros that come next. */
async function zerosIn(bytes: ByteQueue): Promise<number> {
  let zeros = 0;
  for (; (await bytes.has(1)) && bytes.at(0) === 0; zeros++) bytes.shift(1);
  return zeros;
}

const GARBAGE = 'What stands behind its last whole part is no gzip';
const MAGIC = Buffer.of(0x1f, 0x8b, 8);
