// Runs the tests of examples/runners against the packed package, each by its runner, which has to end by itself: `npm run test:package`.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { project } from './project.js';

let runners;
before(async () => {
  runners = await project('runners', { copied: join(import.meta.dirname, '../../examples/runners') });
});

test('Vitest runs a test of a feed, and ends by itself', async () => {
  const { out } = await runners.run('npm', 'run', 'vitest', '--', '--no-color');
  assert.match(out, /Tests +1 passed \(1\)/);
  assert.doesNotMatch(out, /close timed out|hanging/i);
});

test('Jest runs tests of a feed, of ES modules and of CommonJS, and finds nothing left open', async () => {
  const { err } = await runners.run('npm', 'run', 'jest', '--', '--detectOpenHandles');
  assert.match(err, /Tests: +2 passed, 2 total/);
  assert.doesNotMatch(err, /open handle|did not exit|failed to exit/i);
});

test('Jest lets a test require() it, with Node 24', async () => {
  const text = runners
    .read('jest/late.test.cjs')
    .replace("await import('spillway')", "require('spillway')")
    .replace("await import('spillway/testing')", "require('spillway/testing')");
  assert.doesNotMatch(text, /await import/);
  runners.write('jest/late.test.cjs', text);
  const jest = ['node', '--experimental-vm-modules', 'node_modules/jest/bin/jest.js'];
  const { err } = await runners.run('npx', '-y', '-p', 'node@24', ...jest, 'late');
  assert.match(err, /Tests: +1 passed, 1 total/);
});

test('node:test runs a test of a feed, and ends by itself', async () => {
  const { out } = await runners.run('npm', 'run', 'node');
  assert.match(out, /^# pass 1$/m);
});
