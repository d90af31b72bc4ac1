import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parsePipelineText } from '../../lib/feed/pipeline-file.js';
import { mutant } from '../config/fuzz/mutants.js';
import { isExposed, SECRET_IN_ENVIRONMENT, SECRET_IN_FILE } from '../config/fuzz/samples.js';
import { Generator } from '../json/generate.js';
import { jsonLines, spillway, temporaryFolder } from './cli.js';

const seed = Number(process.env['SPILLWAY_FUZZ_SEED'] ?? 20_250_115);
const env = { [SECRET_IN_ENVIRONMENT.name]: SECRET_IN_ENVIRONMENT.value };

/** Texts that hold no credential where it may be shown, and others in their bytes alone. */
function inputs(count: number): Buffer[] {
  const random = new Generator(seed);
  const found: Buffer[] = [];
  while (found.length < count) {
    const bytes = mutant(random);
    if (!isExposed(bytes.toString())) found.push(bytes);
  }
  return found;
}

function assertClean(text: string): void {
  assert.doesNotMatch(text, /\n\s+at |[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
  assert.ok(!text.includes(SECRET_IN_ENVIRONMENT.value) && !text.includes(SECRET_IN_FILE), text);
}

describe('the command, given mutated pipeline files', { concurrency: 2 }, () => {
  for (const form of [[], ['--json']]) {
    it(`validate ${form.join('')} has a verdict on each, and shows no stack and no secret`, async (t) => {
      t.diagnostic(`SPILLWAY_FUZZ_SEED=${seed}`);
      const folder = await temporaryFolder(t);
      const files = await Promise.all(
        inputs(300).map(async (bytes, index) => {
          const file = join(folder, `${index}.yaml`);
          await writeFile(file, bytes);
          return file;
        }),
      );
      const { status, stdout, stderr } = await spillway(t, ['validate', ...form, ...files], { env }).exit;
      assert.equal(stderr, '');
      assert.equal(status, 2);
      assertClean(stdout);
      const told =
        form.length === 0
          ? [...stdout.matchAll(/^(\S+): (valid|\d+ problems?)$/gm)].map(([, file]) => file)
          : jsonLines(stdout).map(({ file }) => file);
      assert.deepEqual(told, files);
    });
  }

  // What is valid would connect.
  const refused = inputs(200).map(String).filter(isRefused).slice(0, 5);
  for (const [index, input] of refused.entries()) {
    it(`run exits 2 for one from standard input (${index + 1} of ${refused.length})`, async (t) => {
      const { status, stdout, stderr } = await spillway(t, ['run', '-'], { env, input }).exit;
      assert.match(stderr, /^spillway: ERR_CONFIG: (a problem|\d+ problems) to solve; nothing was connected\.\n/);
      assertClean(stderr);
      assert.equal(stdout, '');
      assert.equal(status, 2);
    });
  }
});

function isRefused(text: string): boolean {
  try {
    parsePipelineText(text, { env });
    return false;
  } catch {
    return true;
  }
}
