import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { PLACEHOLDER_OPENING } from '../../lib/config/placeholders/scan.js';
import { ROOT, spillway } from './cli.js';
import { warmSpillway } from './warm.js';

// What a file asks for, and that it must be there, stand in different branches of these schemas.
const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false });
const example = parse(await readFile(join(ROOT, 'examples/trades.yaml'), 'utf8')) as {
  pipeline: { source: { config: object } };
};
example.pipeline.source.config = { ...example.pipeline.source.config, url: 'wss://example.com/feed' };

describe('spillway schema', { concurrency: 2 }, () => {
  const forms: [args: string[], name: string, valid: object][] = [
    [[], 'pipeline', example],
    [['--source'], 'source', example.pipeline.source.config],
  ];
  for (const [args, name, valid] of forms) {
    it(`prints the schema of a ${name}, with an $id that stays, and it tells right from wrong`, async (t) => {
      const { status, stdout, stderr } = await spillway(t, ['schema', ...args]).exit;
      assert.equal(stderr, '');
      assert.equal(status, 0);
      const schema = JSON.parse(stdout) as { $id: string; $schema: string };
      assert.equal(schema.$schema, 'https://json-schema.org/draft/2020-12/schema');
      assert.match(
        schema.$id,
        new RegExp(`^https://unpkg\\.com/spillway@\\d+\\.\\d+\\.\\d+/dist/${name}\\.schema\\.json$`),
      );
      const validate = ajv.compile(schema);
      assert.equal(validate(valid), true, ajv.errorsText(validate.errors));
      assert.equal(validate({ ...valid, nobody_knows: 1 }), false);
    });
  }

  it('takes the example files as they are written, with placeholders for numbers, words and the like', async (t) => {
    const { stdout } = await warmSpillway(t, ['schema']);
    const validate = ajv.compile<unknown>({ ...(JSON.parse(stdout) as object), $id: 'https://example.com/examples' });
    const names = readdirSync(join(ROOT, 'examples')).filter((name) => name.endsWith('.yaml'));
    const files = names.map((name) => readFileSync(join(ROOT, 'examples', name), 'utf8'));
    for (const text of [...files, WITH_PLACEHOLDERS]) {
      assert.equal(validate(parse(text)), true, `${text}\n${ajv.errorsText(validate.errors)}`);
    }
    assert.ok(files.some((text) => text.includes(PLACEHOLDER_OPENING)));
    for (const [right, wrong] of MISTAKES) {
      assert.ok(WITH_PLACEHOLDERS.includes(right));
      assert.equal(validate(parse(WITH_PLACEHOLDERS.replace(right, wrong))), false, wrong);
    }
  });

  it('ends quietly when its reader goes away', async (t) => {
    const running = spillway(t, ['schema']);
    running.child.stdout!.destroy();
    const { status, stderr } = await running.exit;
    assert.equal(stderr, '');
    assert.equal(status, 0);
  });
});

const WITH_PLACEHOLDERS = `
version: 1
pipeline:
  source:
    type: websocket
    config:
      url: \${env:FEED_URL}
      max_messages: \${env:COUNT:-5}
      idle_timeout: \${env:IDLE}
      envelope: \${env:ENVELOPE}
      message_format: \${env:FORMAT}
      reconnect_backoff: { initial: '\${env:INITIAL}', jitter: full }
  sink:
    type: kafka
    config: { brokers: x, topic: { type: fixed, name: t }, acks: '\${env:ACKS}', batch_size: 10 }
`;

const MISTAKES: readonly (readonly [right: string, wrong: string])[] = [
  ['max_messages: ', 'max_messages: many # '],
  ['idle_timeout: ', 'idle_timeout: ever # '],
  ['envelope: ', 'envelope: perhaps # '],
  ['message_format: ', 'message_format: xml # '],
  ['jitter: full', 'jitter: some'],
  ['batch_size: 10', 'batch_size: $x'],
  ['batch_size: 10', 'bach_size: 10'],
];
