import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { stateDiagram } from '../../tools/pictures/state-diagram.js';
import { ROOT } from '../support/readme.js';

test('the picture of the states is as it is drawn now', () => {
  assert.equal(readFileSync(join(ROOT, 'docs/images/states.svg'), 'utf8'), stateDiagram(), 'Run `npm run readme`.');
});
