import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import zlib from 'node:zlib';
import { jsonLines, spillway, temporaryFolder } from '../cli/cli.js';
import { warmSpillway } from '../cli/warm.js';
import { linesOf, sealedFiles } from '../sink/rolled/support.js';
import { feed, sends } from '../support/feed.js';
import { fakeBroker } from '../support/kafka/fake-broker.js';
import { noKafka, sharedBroker } from '../support/kafka/gate.js';
import { newTopic, readTopic } from '../support/kafka/topics.js';

const LARGE = `{"n":2,"x":"${'x'.repeat(2_000)}"}`;
const FRAMES = ['{"n":1}', 'x', LARGE, '{"n":3}'];

describe('dead letters of a Kafka sink that are rolled', { concurrency: 2 }, () => {
  for (const [what, where] of [
    ['of the source', (files: object) => ({ source: files, sink: files })],
    ['of the pipeline', (files: object) => ({ dlq: files, sink: files })],
    ['of the pipeline, which the sink does not name', (files: object) => ({ dlq: files })],
  ] as const) {
    it(`are in one folder with those ${what}, sealed, and replay tells both causes`, async (t) => {
      const set = await refusingFeed(t, (dead) =>
        where({ path: join(dead, '%Y/refused.jsonl.gz'), roll: { every: '1d' } }),
      );
      const { status, stderr } = await spillway(t, ['run', set.file]).exit;
      assert.equal(status, 0, stderr);
      assert.match(stderr, /refused\.jsonl\.gz is finished: 2 records/);
      assert.deepEqual(set.broker.values('trades'), ['{"n":1}', '{"n":3}']);
      assert.deepEqual(set.letters('dead'), [
        ['parse', 'x'],
        ['sink', LARGE],
      ]);
      const verified = await warmSpillway(t, ['verify', join(set.folder, 'dead')]);
      assert.deepEqual([verified.status, /1 file, 2 records/.test(verified.stdout)], [0, true], verified.stdout);
      const dry = await warmSpillway(t, ['replay', set.file, '--dry-run', '--json']);
      const [counts] = jsonLines(dry.stdout);
      assert.deepEqual(
        [
          counts?.['letters'],
          counts?.['would_store'],
          (counts?.['causes'] as { code: string }[] | undefined)?.map(({ code }) => code),
        ],
        [2, 1, ['ERR_PARSE', 'ERR_SINK']],
      );
    });
  }

  it('may have a folder of their own, which is looked at, and taken as long as a run is there', async (t) => {
    const set = await refusingFeed(t, (dead, own) => ({
      source: join(dead, 'refused.jsonl'),
      sink: { path: join(own, 'large.jsonl.gz'), roll: { records: 1 } },
    }));
    const looked = await warmSpillway(t, ['doctor', set.file, '--json']);
    const ofSink = jsonLines(looked.stdout).find(({ name }) => name === 'dead letter of the sink');
    assert.deepEqual([ofSink?.['status'], existsSync(join(set.folder, 'own'))], ['ok', false], looked.stdout);
    const { status, stderr } = await spillway(t, ['run', set.file]).exit;
    assert.equal(status, 0, stderr);
    assert.deepEqual(set.letters('own'), [['sink', LARGE]]);
    assert.deepEqual(
      linesOf(join(set.folder, 'dead/refused.jsonl')).map((line) => JSON.parse(line).data),
      ['x'],
    );
    // A replay into the same pipeline adds to the same folder, once the sink refuses again.
    const again = await warmSpillway(t, ['replay', join(set.folder, 'own'), '--into', set.file]);
    assert.equal(again.status, 0, again.stderr);
    assert.deepEqual(set.letters('own'), [
      ['sink', LARGE],
      ['sink', LARGE],
    ]);
  });

  for (const [what, place, where] of [
    [
      'in another way',
      'path',
      { source: { path: 'dead/a.jsonl', roll: { records: 1 } }, sink: { path: 'dead/a.jsonl' } },
    ],
    ['in a folder within', '', { dlq: 'dead/%Y.jsonl', sink: 'dead/own/%Y.jsonl' }],
    ['under another name', 'path', { dlq: 'dead/%Y.jsonl', sink: { path: 'dead/own.jsonl', keep: { files: 3 } } }],
  ] as const) {
    it(`are refused where they go to the folder of the source's ${what}`, async (t) => {
      const set = await refusingFeed(t, () => where);
      const { status, stdout } = await warmSpillway(t, ['validate', set.file]);
      assert.equal(status, 2, stdout);
      const at = `pipeline.sink.config.dead_letter${place === '' ? '' : `.${place}`}: `;
      assert.ok(stdout.includes(`${at}Dead letters of the source go to the same folder`), stdout);
    });
  }
});

const skip = await noKafka();

describe('dead letters of a feed into a real broker that are rolled', { skip, timeout: 120_000 }, () => {
  const shared = sharedBroker();

  it('are those that the broker refuses as too large, beside those of the source, in files as packed as it gets', async (t) => {
    const { address } = shared;
    const topic = await newTopic(t, address, { configs: { 'max.message.bytes': '1000' } });
    const set = await refusingFeed(t, (dead) => ({ dlq: join(dead, `%Y/refused.jsonl.${PACKED}`) }), {
      address,
      topic,
    });
    const { status, stderr } = await spillway(t, ['run', set.file]).exit;
    assert.equal(status, 0, stderr);
    assert.deepEqual(
      (await readTopic(address, topic)).map(({ value }) => String(value)),
      ['{"n":1}', '{"n":3}'],
    );
    const verified = await warmSpillway(t, ['verify', join(set.folder, 'dead')]);
    assert.deepEqual([verified.status, /1 file, 2 records/.test(verified.stdout)], [0, true], verified.stdout);
    // Into another topic, which takes what this one refused.
    const wide = await newTopic(t, address);
    const into = join(set.folder, 'wide.json');
    writeFileSync(into, JSON.stringify(pipelineInto(set.url, { address, topic: wide })));
    const again = await warmSpillway(t, ['replay', join(set.folder, 'dead'), '--into', into]);
    assert.match(again.stderr, /Refused: +1 dead letter once more/);
    assert.deepEqual(
      (await readTopic(address, wide)).map(({ value }) => String(value)),
      [LARGE],
    );
  });
});

/** The best that this Node has. */
const PACKED = 'createZstdCompress' in zlib ? 'zst' : 'gz';

/** Where letters of each go. */
interface Letters {
  readonly source?: unknown;
  readonly sink?: unknown;
  readonly dlq?: unknown;
}

/** A topic, and where it is. */
interface Into {
  readonly address: string;
  readonly topic: string;
}

/** A feed of which the source refuses one frame, and the sink one record. */
async function refusingFeed(t: TestContext, lettersIn: (dead: string, own: string) => Letters, into?: Into) {
  const folder = await temporaryFolder(t);
  const server = await feed(t, sends(...FRAMES));
  const broker = await fakeBroker(t, { topics: { trades: 1 }, maxBatchBytes: 1_000 });
  const file = join(folder, 'feed.json');
  const letters = lettersIn(join(folder, 'dead'), join(folder, 'own'));
  writeFileSync(
    file,
    JSON.stringify(pipelineInto(server.url, into ?? { address: broker.address, topic: 'trades' }, letters)),
  );
  return {
    ...{ folder, file, broker, url: server.url },
    /** The places and bytes of what is in the finished files of a folder. */
    letters: (name: string) =>
      sealedFiles(join(folder, name)).flatMap(({ path }) =>
        linesOf(join(folder, name, path)).map((line) => {
          const { place, data } = JSON.parse(line) as { readonly place: string; readonly data: string };
          return [place, data];
        }),
      ),
  };
}

function pipelineInto(url: string, { address, topic }: Into, { source, sink, dlq }: Letters = {}): object {
  const config = { brokers: address, topic: { type: 'fixed', name: topic }, compression: 'none', dead_letter: sink };
  return {
    version: 1,
    pipeline: {
      source: { type: 'websocket', config: { url, unbounded: true, dead_letter: source } },
      sink: { type: 'kafka', config },
      dlq,
    },
  };
}
