import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { stateDiagram } from '../../tools/pictures/state-diagram.js';
import { freshKeepingAlivePage } from '../support/keeping-alive-page.js';
import { ROOT } from '../support/readme.js';

const page = readFileSync(join(ROOT, 'docs/keeping-alive.md'), 'utf8');

test('the page on keeping a feed alive shows the tables, the faults and the recipes as they are now', () => {
  assert.equal(page, freshKeepingAlivePage(), 'Run `npm run readme`.');
});

test('the picture of the states is as it is drawn now', () => {
  assert.equal(readFileSync(join(ROOT, 'docs/images/states.svg'), 'utf8'), stateDiagram(), 'Run `npm run readme`.');
});

test('every link of the page to a file leads somewhere', () => {
  for (const [, target] of page.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)) {
    assert.ok(readFileSync(join(ROOT, 'docs', target as string)).length > 0, target);
  }
});
