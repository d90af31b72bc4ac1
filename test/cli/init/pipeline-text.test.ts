import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { pipelineText } from '../../../lib/cli/init/pipeline-text.js';
import { firstPlan } from '../../../lib/cli/init/plan.js';
import { schemaReference } from '../../../lib/cli/init/schema-reference.js';
import { suggest } from '../../../lib/cli/init/suggest.js';
import { checkFilePath, expandHome } from '../../../lib/config/files/file-path.js';
import { parsePipelineText } from '../../../lib/feed/pipeline-file.js';

describe('pipelineText', () => {
  it('is a valid file, with every value as it was given, whatever a feed sends', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }).filter((value) => !value.includes('${'));
    const path = text.filter((value) => checkFilePath(value, []).length === 0 && expandHome(value) === value);
    const frame = fc.oneof(fc.json(), fc.string({ unit: 'binary' }), fc.constant('[{"a":1}]')).map((data) => ({
      data: Buffer.from(data),
      isBinary: data.length % 2 === 0,
    }));
    fc.assert(
      fc.property(text, fc.array(text), path, fc.array(frame), fc.option(fc.integer({ min: 1 })), (...given) => {
        const [name, subscribeMessages, path, frames, count] = given;
        const plan = {
          ...firstPlan(name, 'wss://example.com/feed', subscribeMessages),
          path,
          maxMessages: count ?? undefined,
          seen: suggest({ frames, tookMs: 5 }),
        };
        const { name: read, source, sink } = parsePipelineText(pipelineText(plan, './schema.json'));
        assert.equal(read, name);
        assert.deepEqual(source.subscribeMessages, subscribeMessages);
        assert.equal(source.maxMessages, count ?? undefined);
        assert.equal(sink.type === 'jsonl' && sink.path, path);
      }),
      { numRuns: 500 },
    );
  });

  it('says above each key what it is for, also above one that is left out', () => {
    const lines = pipelineText(firstPlan('feed', undefined, []), './schema.json').split('\n');
    const keys = lines.slice(lines.indexOf('    config:')).flatMap((line, index, all) => {
      const [, key] = /^ {6}(?:# )?([a-z_]+):/.exec(line) ?? [];
      return key === undefined ? [] : [[key, all[index - 1]!] as const];
    });
    for (const key of ['url', 'subscribe_messages', 'auth', 'message_format', 'max_messages', 'reconnect', 'append'])
      assert.match(keys.find(([name]) => name === key)![1], /^ {6}# .*\.$/, key);
  });

  it('has no line of more than a hundred columns among its explanations', () => {
    const lines = pipelineText(firstPlan('feed', undefined, []), './schema.json').split('\n');
    assert.deepEqual(
      lines.filter((line) => line.length > 110),
      [],
    );
  });
});

describe('schemaReference', () => {
  it('is a path within the project that the package is installed in, and an address elsewhere', async (t) => {
    const project = await mkdtemp(join(tmpdir(), 'spillway-project-'));
    t.after(() => rm(project, { recursive: true, force: true }));
    const installed = join(project, 'node_modules', 'spillway');
    const url = schemaReference(join(project, 'feeds'), installed);
    assert.match(url, /^https:\/\//);
    await mkdir(join(installed, 'dist'), { recursive: true });
    await writeFile(join(installed, 'dist', 'pipeline.schema.json'), '{}');
    const inside = 'node_modules/spillway/dist/pipeline.schema.json';
    assert.equal(schemaReference(project, installed), `./${inside}`);
    assert.equal(schemaReference(join(project, 'feeds'), installed), `../${inside}`);
    assert.equal(schemaReference(tmpdir(), installed), url);
    assert.equal(schemaReference(`${project}-other`, installed), url);
  });
});
