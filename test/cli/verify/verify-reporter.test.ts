import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import type { FileFacts, Finding } from '../../../lib/audit/finding.js';
import type { AuditSummary } from '../../../lib/audit/tally.js';
import { Output } from '../../../lib/cli/terminal/output.js';
import type { VerifyOptions } from '../../../lib/cli/verify/options.js';
import { VerifyReporter } from '../../../lib/cli/verify/verify-reporter.js';
import { FakeTerminal } from '../fake-terminal.js';

const WRONG: Finding = {
  kind: 'not_json',
  isWrong: true,
  file: 'a.jsonl',
  line: 2,
  column: 6,
  message: 'It is no JSON.',
};
const NOTE: Finding = { kind: 'still_written', isWrong: false, file: 'a.jsonl', byte: 9, message: 'It grew.' };
const FACTS: FileFacts = { file: 'a.jsonl', bytes: 2_000, records: 1, gaps: 2, wrong: 0, checked: ['lines'] };
const ALL: AuditSummary = {
  files: 1,
  bytes: 2_000,
  records: 1,
  gaps: 2,
  wrong: 0,
  notes: 0,
  mendable: 0,
  unvouched: 0,
};
const FOUND = '1 file, 1 record, 2 gaps, 2.0 kB.';
const UNVOUCHED =
  'without a trace. That takes numbers in the records (--sequence), a ledger (--state of the run) or a manifest.';

describe('what an audit says', () => {
  it('of a finding is its place and its message, and whether it is wrong', () => {
    const tell = (reporter: VerifyReporter): void => {
      for (const one of [WRONG, NOTE]) reporter.found(one);
    };
    assert.equal(said({}, tell), 'a.jsonl:2:6: It is no JSON.\na.jsonl: note: It grew.\n');
    assert.equal(said({ quiet: true }, tell), 'a.jsonl:2:6: It is no JSON.\n');
    assert.deepEqual(json(tell), [
      {
        ...{ type: 'finding', kind: 'not_json', wrong: true, file: 'a.jsonl' },
        ...{ line: 2, column: 6, byte: null, message: 'It is no JSON.' },
      },
      {
        ...{ type: 'finding', kind: 'still_written', wrong: false, file: 'a.jsonl' },
        ...{ line: null, column: null, byte: 9, message: 'It grew.' },
      },
    ]);
  });

  for (const [what, facts, expected] of [
    ['that is well', {}, 'a.jsonl: well: 1 record and 2 gaps in 2.0 kB.'],
    ['that is wrong', { wrong: 3 }, 'a.jsonl: 3 wrong: 1 record and 2 gaps in 2.0 kB.'],
    ['of which no line was looked at', { checked: ['manifest'] }, 'a.jsonl: well: 2.0 kB, held against its manifest.'],
    [
      'that much is known of',
      { checked: ['lines', 'sequence', 'ledger', 'spool'] },
      'a.jsonl: well: 1 record and 2 gaps in 2.0 kB, held against the numbers of the feed and its ledger and the checksums of its pages.',
    ],
  ] as const) {
    it(`of a file ${what}`, () => {
      const tell = (reporter: VerifyReporter): void => reporter.read({ ...FACTS, ...facts });
      assert.equal(said({}, tell), `${expected}\n`);
      assert.equal(said({ quiet: true }, tell), 'wrong' in facts ? `${expected}\n` : '');
      assert.deepEqual(json(tell), [{ type: 'file', ...FACTS, ...facts }]);
    });
  }

  for (const [what, summary, expected] of [
    ['nothing is wrong', {}, [`Nothing is wrong. ${FOUND}`]],
    ['one thing is wrong', { wrong: 1 }, [`1 thing is wrong. ${FOUND}`]],
    [
      'some of it can be mended',
      { wrong: 2, mendable: 1 },
      [`2 things are wrong. ${FOUND}`, '`spillway repair --dry-run` with the same paths says what can be mended.'],
    ],
    [
      'nothing vouches for the file',
      { unvouched: 1 },
      [`Nothing is wrong. ${FOUND}`, `Not looked at: whether records are missing from this file ${UNVOUCHED}`],
    ],
    [
      'nothing vouches for any file',
      { files: 2, unvouched: 2 },
      [
        `Nothing is wrong. ${FOUND.replace('1 file', '2 files')}`,
        `Not looked at: whether records are missing from these files ${UNVOUCHED}`,
      ],
    ],
    [
      'nothing vouches for some',
      { files: 3, unvouched: 2, notes: 4 },
      [
        `Nothing is wrong. ${FOUND.replace('1 file', '3 files')}`,
        `Not looked at: whether records are missing from 2 of these files ${UNVOUCHED}`,
      ],
    ],
  ] as const) {
    it(`at its end: ${what}`, () => {
      const all = { ...ALL, ...summary };
      const tell = (reporter: VerifyReporter): void => reporter.conclude(all);
      // How fast it was is told of what took longer than a second.
      const text = said({}, tell).replace(/, [\d.]+ k?B a second/, '');
      assert.equal(text, expected.map((line) => `${line}\n`).join(''));
      if (all.wrong === 0) assert.equal(said({ quiet: true }, tell), '');
      else assert.notEqual(said({ quiet: true }, tell), '');
      const { mendable: _, unvouched: __, ...counts } = all;
      assert.deepEqual(json(tell), [{ type: 'summary', ok: all.wrong === 0, ...counts }]);
    });
  }
});

/** What it says where there is no terminal, without the colours that somebody may have asked for all the same. */
function said(options: Partial<VerifyOptions>, tell: (reporter: VerifyReporter) => void): string {
  const [stream, errors] = [new FakeTerminal(80), new FakeTerminal(80)];
  stream.isTTY = false;
  tell(new VerifyReporter(new Output(stream), new Output(errors), { sequenceStep: 1, ...options }));
  assert.equal(errors.text, '');
  return stripVTControlCharacters(stream.text);
}

function json(tell: (reporter: VerifyReporter) => void): unknown[] {
  const lines = said({ json: true, quiet: true }, tell).trim().split('\n');
  return lines.map((line) => JSON.parse(line));
}
