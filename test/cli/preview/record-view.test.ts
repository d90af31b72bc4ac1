import assert from 'node:assert/strict';
import { test } from 'node:test';
import { highlight } from '../../../lib/cli/preview/highlight.js';
import { recordView } from '../../../lib/cli/preview/record-view.js';

const ESCAPE = new RegExp(
  `${String.fromCharCode(27)}\\[(\\d+)m([^${String.fromCharCode(27)}]*)${String.fromCharCode(27)}\\[0m`,
  'g',
);

test('keys, texts, numbers and words have a colour each, and nothing else changes', () => {
  const json = '{"a\\"b" : "x:\\\\", "n":-1.5e+3,\n "t":[true,false,null],"":{"z":0}}';
  const coloured = highlight(json);
  assert.equal(coloured.replace(ESCAPE, '$2'), json);
  const kinds = new Map<string, string[]>();
  for (const [, colour, text] of coloured.matchAll(ESCAPE)) kinds.set(colour!, [...(kinds.get(colour!) ?? []), text!]);
  assert.deepEqual(
    [...kinds.values()],
    [['"a\\"b"', '"n"', '"t"', '""', '"z"'], ['"x:\\\\"'], ['-1.5e+3', '0'], ['true', 'false', 'null']],
  );
});

test('elsewhere than on a terminal records are written as they are', () => {
  const { written, view } = viewOf({ isTTY: false });
  const bytes = Buffer.from(`{\n  "a": "\u001b[2J"\n}\n`);
  view.write(bytes);
  assert.equal(written[0], bytes);
});

test('on a terminal what could steer it is an escape, and a long record is cut, with how much is left', () => {
  for (const [lines, full, shown] of [
    [100, false, 100],
    [101, false, 101],
    [1_234, false, 101],
    [1_234, true, 1_234],
  ] as const) {
    const { written, view } = viewOf({ isTTY: true }, full);
    view.write(Buffer.from(`${Array.from({ length: lines }, (_, n) => `\u0007${n}`).join('\n')}\n`));
    const [text] = written as [string];
    assert.equal(text.split('\n').length, shown + 1);
    assert.equal(text.includes('\u0007'), false);
    const left = lines - 100;
    const isCut = !full && left > 0;
    assert.equal(/\n… [\d,]+ more lines of this record \(--full shows them\)\n$/.test(text), isCut);
    if (isCut) assert.ok(text.includes(`\n… ${left === 1 ? '1' : '1,134'} more`));
  }
});

test('what goes wrong with the output goes to who listens', () => {
  const { listeners, view } = viewOf({ isTTY: false });
  const listener = (): void => {};
  view.on('error', listener);
  view.removeListener('error', listener);
  assert.deepEqual(listeners, [
    ['on', 'error', listener],
    ['removeListener', 'error', listener],
  ]);
});

function viewOf({ isTTY }: { readonly isTTY: boolean }, full = false) {
  const written: (string | Buffer)[] = [];
  const listeners: unknown[] = [];
  const stdout = {
    isTTY,
    write: (text: string | Buffer) => written.push(text) > 0,
    on: (...args: unknown[]) => void listeners.push(['on', ...args]),
    removeListener: (...args: unknown[]) => void listeners.push(['removeListener', ...args]),
  };
  const before = process.env['NO_COLOR'];
  process.env['NO_COLOR'] = '1';
  try {
    return { written, listeners, view: recordView(stdout as unknown as NodeJS.WriteStream, { full }) };
  } finally {
    if (before === undefined) delete process.env['NO_COLOR'];
    else process.env['NO_COLOR'] = before;
  }
}
