import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import type { RepairOptions } from '../../../lib/cli/repair/options.js';
import { RepairReporter } from '../../../lib/cli/repair/repair-reporter.js';
import { Output } from '../../../lib/cli/terminal/output.js';
import type { RepairAction } from '../../../lib/repair/repair-listener.js';
import { FakeTerminal } from '../fake-terminal.js';

const ACTION: RepairAction = { kind: 'cut', file: 'a.jsonl', aside: undefined, message: 'It is cut.' };

describe('what a repair says', () => {
  it('of each file that it looks at', () => {
    const tell = (reporter: RepairReporter): void => {
      reporter.acted(ACTION);
      reporter.acted({ ...ACTION, aside: 'a.torn' });
      reporter.refused({ file: 'b.jsonl', message: 'It cannot be mended.' });
      reporter.sound('c.jsonl');
    };
    const [done, refused, sound] = ['a.jsonl: It is cut.', 'b.jsonl: It cannot be mended.', 'c.jsonl: needs nothing.'];
    assert.equal(said({}, tell), `${[done, done, refused, sound].join('\n')}\n`);
    assert.equal(said({ quiet: true }, tell), `${[done, done, refused].join('\n')}\n`);
    const would = 'a.jsonl: would be done: It is cut.';
    assert.equal(said({ dryRun: true }, tell), `${[would, would, refused, sound].join('\n')}\n`);
    const action = { type: 'action', kind: 'cut', file: 'a.jsonl', message: 'It is cut.' };
    for (const dryRun of [false, true]) {
      assert.deepEqual(json({ dryRun }, tell), [
        { ...action, aside: null, done: !dryRun },
        { ...action, aside: 'a.torn', done: !dryRun },
        { type: 'refusal', file: 'b.jsonl', message: 'It cannot be mended.' },
      ]);
    }
  });

  for (const [sound, actions, refused, isDry, ok, expected] of [
    [2, 0, 0, false, true, 'Nothing is to be done.'],
    [0, 0, 0, true, true, 'Nothing is to be done.'],
    [0, 1, 0, false, true, '1 thing was done.'],
    [0, 2, 0, false, true, '2 things were done.'],
    [0, 1, 0, true, false, '1 thing would be done, and nothing was.'],
    [0, 2, 1, true, false, '2 things would be done, and nothing was. 1 thing cannot be mended.'],
    [0, 0, 1, false, false, '1 thing cannot be mended.'],
    [0, 3, 2, false, false, '3 things were done. 2 things cannot be mended.'],
  ] as const) {
    it(`at its end: ${expected}${isDry ? ' (--dry-run)' : ''}`, () => {
      const options = { dryRun: isDry };
      const tell = (reporter: RepairReporter): void => reporter.conclude({ sound, actions, refused });
      assert.equal(said(options, tell), `${expected}\n`);
      assert.equal(said({ ...options, quiet: true }, tell), ok && actions === 0 ? '' : `${expected}\n`);
      assert.deepEqual(json(options, tell), [{ type: 'summary', ok, dry_run: isDry, sound, actions, refused }]);
    });
  }
});

/** What it says where there is no terminal, without the colours that somebody may have asked for all the same. */
function said(options: RepairOptions, tell: (reporter: RepairReporter) => void): string {
  const [stream, errors] = [new FakeTerminal(80), new FakeTerminal(80)];
  stream.isTTY = false;
  tell(new RepairReporter(new Output(stream), new Output(errors), options));
  assert.equal(errors.text, '');
  return stripVTControlCharacters(stream.text);
}

function json(options: RepairOptions, tell: (reporter: RepairReporter) => void): unknown[] {
  const lines = said({ ...options, json: true }, tell)
    .trim()
    .split('\n');
  return lines.map((line) => JSON.parse(line));
}
