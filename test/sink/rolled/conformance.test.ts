import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rolledFiles } from '../../../lib/index.js';
import { conforms } from '../conformance.js';
import { allFiles, linesOf, sealedFiles } from './support.js';

for (const [name, options] of [
  ['out.jsonl', { roll: { records: 40 } }],
  ['%Y/out.jsonl.gz', {}],
] as const) {
  conforms(`rolledFiles into ${name}`, (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'spillway-test-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const sink = rolledFiles(join(folder, name), options);
    return {
      sink,
      stored() {
        const finished = sealedFiles(folder).map(({ path }) => path);
        const parts = allFiles(folder).filter((path) => path.endsWith('.part'));
        return [...finished, ...parts]
          .flatMap((path) => linesOf(join(folder, path)).map((line) => `${line}\n`))
          .join('');
      },
    };
  });
}
