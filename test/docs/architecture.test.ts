import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { flowDiagram } from '../../tools/pictures/flow-diagram.js';
import { ROOT } from '../support/readme.js';

const architecture = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8');
const contributing = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');

test('ARCHITECTURE.md names every room, and no other', () => {
  const rooms = foldersBelow('lib').map((room) => `${room}/`);
  const table = architecture.slice(architecture.indexOf('## The rooms'), architecture.indexOf('## The walls'));
  const named = [...table.matchAll(/`(lib\/[\w/]+\/)`/g)].map((match) => match[1]!);
  assert.deepEqual([...new Set(named)].sort(), rooms.sort());
});

test('every path that the two pages name exists', () => {
  for (const [, path] of `${architecture}\n${contributing}`.matchAll(
    /`((?:lib|test|tools|benchmarks|docs|\.ci)\/[\w./-]+)`/g,
  )) {
    assert.doesNotThrow(() => readdirOrFile(join(ROOT, path!)), `${path} is named, and does not exist`);
  }
});

test('the picture of the flow is the one that the script draws', () => {
  assert.equal(readFileSync(join(ROOT, 'docs/images/flow.svg'), 'utf8'), flowDiagram(), 'Run `npm run readme`.');
});

test('CONTRIBUTING.md names every script of npm, and no other', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object };
  const table = contributing.slice(contributing.indexOf('## Scripts'), contributing.indexOf('## Tests'));
  const cells = table.split('\n').flatMap((line) => /^\| (`.+?) \|/.exec(line)?.[1] ?? []);
  const named = cells.flatMap((cell) => [...cell.matchAll(/`([\w:]+)(?: [^`]*)?`/g)].map((match) => match[1]!));
  assert.deepEqual(named.sort(), Object.keys(scripts).sort());
});

test('CONTRIBUTING.md names every variable that tests and benchmarks look at, and no other', () => {
  const files = ['test', 'benchmarks'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.[tj]s$/.test(file))
      .map((file) => readFileSync(join(ROOT, folder, file), 'utf8')),
  );
  const used = files.flatMap((text) => [...text.matchAll(/process\.env\['(SPILLWAY_\w+|KAFKA_BROKERS)'\]/g)]);
  const named = [...contributing.matchAll(/`(SPILLWAY_\w+|KAFKA_BROKERS)=/g)];
  const namesOf = (matches: readonly RegExpMatchArray[]) => [...new Set(matches.map((match) => match[1]!))].sort();
  assert.deepEqual(namesOf(named), namesOf(used));
});

function foldersBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => [join(folder, name), ...foldersBelow(join(folder, name))]);
}

function readdirOrFile(path: string): unknown {
  return path.endsWith('/') ? readdirSync(path) : readFileSync(path);
}
