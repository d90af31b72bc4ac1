import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { ROOT } from '../readme.js';

/** Tests that people read what is written down, so that it changes only where somebody looks. */
export function staysAsWritten(name: string, fresh: () => string | Promise<string>): void {
  it(`test/docs/${name}.golden is what people read now`, async () => {
    const written = readFileSync(goldenPath(name), 'utf8');
    assert.equal(await fresh(), written, 'Run `npm run readme`, and look at what has changed.');
  });
}

/** Where one of these texts is written down. */
export function goldenPath(name: string): string {
  return join(ROOT, `test/docs/${name}.golden`);
}
