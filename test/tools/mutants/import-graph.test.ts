import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { ImportGraph } from '../../../tools/mutants/import-graph.js';
import { tempFolder } from '../../support/temp-folder.js';

describe('ImportGraph', () => {
  it('finds the tests that reach a file, the one at its path first, then the one called like it, then by distance', async (t) => {
    const { graph } = await graphOf(t, {
      'lib/net/retry.ts': '',
      'lib/net/run.ts': "import './retry.js';",
      'lib/index.ts': "export * from './net/run.js';",
      'test/net/retry.test.ts': "import '../../lib/net/retry.js';",
      'test/flows/retry-flow.test.ts': "import '../../lib/index.js';",
      'test/near.test.ts': "import '../lib/net/run.js';",
      'test/far.test.ts': "import '../lib/index.js';",
      'test/types.test.ts': "import type {\n  Retry,\n} from '../lib/net/retry.js';",
    });
    assert.deepEqual(graph.testsOf('lib/net/retry.ts'), [
      'test/net/retry.test.ts',
      'test/flows/retry-flow.test.ts',
      'test/near.test.ts',
      'test/far.test.ts',
    ]);
  });

  it('puts behind the nearest three those that compare what people read, however far they are', async (t) => {
    const near = ['a', 'b', 'c', 'd'].map((name) => `test/net/retry-${name}.test.ts`);
    const { graph } = await graphOf(t, {
      'lib/net/retry.ts': '',
      'lib/index.ts': "export * from './net/retry.js';",
      'test/docs/golden-help.test.ts': "import '../../lib/index.js';",
      'test/readme.test.ts': "import '../lib/index.js';",
      ...Object.fromEntries(near.map((path) => [path, "import '../../lib/net/retry.js';"])),
    });
    const broad = ['test/docs/golden-help.test.ts', 'test/readme.test.ts'];
    assert.deepEqual(graph.testsOf('lib/net/retry.ts'), [...near.slice(0, 3), ...broad, ...near.slice(3)]);
  });

  it('follows a path in quotes, which starts a process, and helpers of tests', async (t) => {
    const { graph } = await graphOf(t, {
      'lib/main.ts': '',
      'test/start.ts': "spawn(join(import.meta.dirname, '../lib/main.ts'));",
      'test/a.test.ts': "import { start } from './start.js';",
    });
    assert.deepEqual(graph.testsOf('lib/main.ts'), ['test/a.test.ts']);
  });

  it('makes another hash of a test when anything changes that it reaches, and of no other', async (t) => {
    const files = {
      'lib/a.ts': '1',
      'lib/b.ts': "import './a.js';",
      'test/a.test.ts': "import '../lib/b.js';",
      'test/b.test.ts': '',
    };
    const { graph, folder } = await graphOf(t, files);
    const before = Object.keys(files).map((file) => graph.hashOf(file));
    await writeFile(join(folder, 'lib/a.ts'), '2');
    const changed = Object.keys(files).filter((file, index) => graph.hashOf(file) !== before[index]);
    assert.deepEqual(changed, ['lib/a.ts', 'lib/b.ts', 'test/a.test.ts']);
  });
});

async function graphOf(t: TestContext, files: Readonly<Record<string, string>>) {
  const folder = await tempFolder(t);
  for (const [file, text] of Object.entries(files)) {
    await mkdir(join(folder, dirname(file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }
  return { folder, graph: new ImportGraph(folder, Object.keys(files)) };
}
