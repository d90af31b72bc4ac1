import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { resolveBatchOptions } from '../../lib/batch/options.js';
import { BatchStep } from '../../lib/batch/step.js';
import type { FrameFacts } from '../../lib/index.js';
import { Message, Page, type TransferablePage } from '../../lib/index.js';
import { anyPages, type Line, pagesOf, shown, textsOf } from '../support/any-pages.js';
import { program } from '../support/program.js';
import { within } from '../support/until.js';

describe('a page handed to another thread', () => {
  it('is there what it was here, whatever its records, frames and gaps, and has no records here', () => {
    fc.assert(
      fc.property(anyPages, ({ lines, size, bigIntegers, isReused }) => {
        for (const page of pagesOf(lines, size, bigIntegers, isReused)) {
          const before = shown(page);
          const arrived = sent(page);
          assert.deepEqual(shown(arrived), before);
          assert.deepEqual([page.length, page.bytes.length, page.records, page.recordsAmong()], [0, 0, [], 0]);
          assert.throws(() => page.text(0), /The page was released and has none/);
          // It can be handed on from there.
          assert.deepEqual(shown(sent(arrived)), before);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('takes its memory along, which a source that uses memory again does not get back', () => {
    const step = new BatchStep(resolveBatchOptions({ size: 3 }), true);
    const sentAway: { page: Page; texts: string[] }[] = [];
    const memories = new Set<ArrayBufferLike>();
    for (let n = 0; n < 300; n++) {
      const page = step.add(messageOf(`"${n}"`, n));
      if (page === undefined) continue;
      // One page of three.
      const isSent = n % 9 === 2;
      const texts = textsOf(page);
      const memory = page.bytes.buffer;
      assert.deepEqual(texts, [`"${n - 2}"`, `"${n - 1}"`, `"${n}"`]);
      if (isSent) {
        sentAway.push({ page: sent(page), texts });
        assert.equal(memory.byteLength, 0, 'It is here, too.');
      } else memories.add(memory);
      // For a page that was handed over it does nothing.
      page.release();
    }
    assert.equal(sentAway.length, 34);
    for (const { page, texts } of sentAway) assert.deepEqual(textsOf(page), texts);
    assert.ok(memories.size < 50, 'No memory was used again.');
  });

  it('costs a fraction of its records: a thousand frames of one chunk are one entry', () => {
    const step = new BatchStep(resolveBatchOptions({}));
    let page: Page | undefined;
    for (let n = 0; n < 1000; n++) page = step.add(messageOf('{"n":1}', n));
    const { facts, ends } = (page as Page).toTransferable().value;
    assert.deepEqual([facts.length, facts.starts.length, facts.aheads.length, ends.length], [1000, 1, 0, 1000]);
  });

  it('goes through a real worker, and back', async (t) => {
    const [file, ...execArgv] = program(join(import.meta.dirname, 'processes/echo-pages.ts')).reverse();
    const worker = new Worker(file!, { execArgv: execArgv.reverse() });
    t.after(() => worker.terminate());
    const lines = Array.from({ length: 40 }, (_, n): Line => {
      return { ...PLAIN, text: `{"n":${n}}`, isGap: n % 7 === 3, receivedAt: n % 2 };
    });
    for (const page of pagesOf(lines, 10, 'bigint')) {
      const before = shown(page);
      const { value, transferList } = page.toTransferable();
      worker.postMessage(value, transferList);
      const [back] = (await within(() => 'the page to come back', once(worker, 'message'))) as [TransferablePage];
      assert.deepEqual(shown(Page.from(back)), before);
    }
  });

  it('is copied where nothing is handed over, and does not hand on memory that is shared', () => {
    const [page] = pagesOf([{ ...PLAIN, text: '1' }], 1) as [Page];
    const before = shown(page);
    const { bytes, ...rest } = structuredClone(page.toTransferable().value) as never as { bytes: Uint8Array };
    const shared = new Uint8Array(100);
    shared.set(bytes, 40);
    const arrived = Page.from({ ...rest, bytes: shared.subarray(40, 40 + bytes.length) } as never);
    assert.deepEqual(shown(sent(arrived)), before);
    assert.equal(shared.length, 100);
  });

  for (const [what, make, sentence] of [
    ['nothing', () => undefined, /Page\.from: Expected the `value` of `page\.toTransferable\(\)`, got undefined\./],
    ['null', () => null, /got null\./],
    ['a page', () => onePage(), /got an object\./],
    ['a page that was posted as it is', () => structuredClone({ ...onePage() }), /got an object\./],
    ['both parts', () => onePage().toTransferable(), /got an object\./],
    ['bytes', () => Buffer.from('1\n'), /got an object\./],
    ['what went through JSON', () => JSON.parse(JSON.stringify(onePage().toTransferable().value)), /came as JSON/],
    [
      'a value whose bytes are elsewhere',
      () => posted(onePage()),
      /were handed over to another thread\. Take it once\./,
    ],
  ] as const) {
    it(`cannot be made of ${what}`, () => {
      assert.throws(() => Page.from(make() as TransferablePage), { code: 'ERR_CONFIG', message: sentence });
    });
  }

  it('must have records', () => {
    const page = onePage();
    page.toTransferable();
    assert.throws(() => page.toTransferable(), {
      code: 'ERR_CONFIG',
      message: /^page: It was released, or handed over/,
    });
  });
});

const PLAIN = { sequence: 1, receivedAt: 0, connection: 0, isBinary: false, url: 'ws://a', isGap: false };

function onePage(): Page {
  return pagesOf([{ ...PLAIN, text: '1' }], 1)[0] as Page;
}

function messageOf(text: string, sequence: number): Message {
  const facts: FrameFacts = { sequence, receivedAt: 1, connection: 1, isBinary: false, url: 'ws://a' };
  const bytes = Buffer.from(text);
  return Message.of(facts, bytes, 0, bytes.length, false, 'number');
}

/** The page as it comes out of a channel. */
function sent(page: Page): Page {
  const { port1, port2 } = new MessageChannel();
  const { value, transferList } = page.toTransferable();
  port1.postMessage(value, transferList);
  const arrived = receiveMessageOnPort(port2) as { message: TransferablePage };
  port1.close();
  return Page.from(arrived.message);
}

/** The value that was left here when the page was handed over. */
function posted(page: Page): TransferablePage {
  const { value, transferList } = page.toTransferable();
  structuredClone(value, { transfer: transferList });
  return value;
}
