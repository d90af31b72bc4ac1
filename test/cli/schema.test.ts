import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { ROOT, spillway } from './cli.js';

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

  it('ends quietly when its reader goes away', async (t) => {
    const running = spillway(t, ['schema']);
    running.child.stdout!.destroy();
    const { status, stderr } = await running.exit;
    assert.equal(stderr, '');
    assert.equal(status, 0);
  });
});
