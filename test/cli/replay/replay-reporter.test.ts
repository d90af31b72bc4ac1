import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { Causes } from '../../../lib/cli/replay/causes.js';
import type { ReplayOptions } from '../../../lib/cli/replay/options.js';
import { type ReplayEnd, ReplayReporter } from '../../../lib/cli/replay/replay-reporter.js';
import { describeError, errorFacts } from '../../../lib/cli/report/describe-error.js';
import { Output } from '../../../lib/cli/terminal/output.js';
import { ConfigError, InputError } from '../../../lib/errors.js';
import { FakeTerminal } from '../fake-terminal.js';

const TORN = new InputError('It ends in the middle.', { file: 'a.jsonl', reason: 'torn', line: 7 });
const WRONG = new ConfigError([{ path: '--into', message: 'Say where.' }]);
const FAILURE = `${describeError('spillway', WRONG, false).join('\n')}\n`;

describe('a replay', () => {
  it('tells what happens in lines', () => {
    assert.equal(
      said({}, happen),
      'Left out: 2 lines.\n' +
        'a.jsonl:7: It ends in the middle. All that is whole before it is there, and what is torn is left out.\n' +
        `Stopping at SIGINT: what was read is stored.\n${FAILURE}`,
    );
  });

  it('tells it as JSON with --json, with the time of each', () => {
    const from = Date.now();
    const lines = said({ json: true }, happen)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.ok(lines.every(({ at }) => at >= from && at <= Date.now()));
    assert.deepEqual(
      lines.map(({ at: _, ...facts }) => facts),
      [
        { type: 'event', event: 'left_out', lines: 2 },
        { type: 'event', event: 'torn', file: 'a.jsonl', line: 7, message: TORN.message },
        { type: 'event', event: 'stopping', signal: 'SIGINT' },
        { type: 'error', ...errorFacts(WRONG, false) },
      ],
    );
  });

  it('tells where an error comes from with --verbose', () => {
    const fail = (reporter: ReplayReporter): void => reporter.failure(WRONG);
    assert.equal(said({ verbose: true }, fail), `${describeError('spillway', WRONG, true).join('\n')}\n`);
    const { stack } = JSON.parse(said({ verbose: true, json: true }, fail));
    assert.equal(stack, errorFacts(WRONG, true)['stack']);
  });

  it('tells what failed alone with --quiet', () => {
    assert.equal(said({ quiet: true }, happen), FAILURE);
    assert.equal(
      said({ quiet: true }, (reporter) => reporter.summary(NOTHING)),
      '',
    );
  });

  for (const [what, end, expected] of [
    ['nothing', {}, ['all was read', '0 records of 1 file stored in out.jsonl']],
    [
      'it was stopped',
      { how: 'stopped', stored: 1, files: 2, hasState: true },
      ['it was stopped', '1 record of 2 files stored in out.jsonl'],
    ],
    [
      'it failed, and keeps no state',
      { how: 'failed', stored: 1 },
      [
        'it failed',
        '1 record of 1 file stored in out.jsonl',
        'Note:     the files stay as they are; with --state the next replay leaves out what this one has stored',
      ],
    ],
    [
      'all that there is',
      { skipped: 1, stored: 2, refusedAgain: refused(2), diverted: 1, lost: 1, hasState: true },
      [
        'all was read',
        '2 records of 1 file stored in out.jsonl',
        'Skipped:  1 line that an earlier replay has stored',
        'Refused:  2 dead letters once more; they stay where they are',
        'Diverted: 1 record that the sink does not take: they are dead letters now',
        'Lost:     1 dead letter that cannot be put through: their bytes, or their place, are not known',
      ],
    ],
    [
      'refused ones that have a place',
      { refusedAgain: refused(1), deadLetter: 'dead.jsonl' },
      [
        'all was read',
        '0 records of 1 file stored in out.jsonl',
        'Refused:  1 dead letter once more; they are in dead.jsonl, with their replay_count',
      ],
    ],
  ] as const) {
    it(`sums up ${what}`, () => {
      const [ended, records, ...others] = expected;
      const text = [`Ended:    ${ended}.`, `Records:  ${records}`, ...others].map((line) => `${line}\n`).join('');
      assert.equal(
        said({}, (reporter) => reporter.summary({ ...NOTHING, ...end })),
        text,
      );
      const { at, ...facts } = JSON.parse(said({ json: true }, (reporter) => reporter.summary({ ...NOTHING, ...end })));
      assert.equal(typeof at, 'number');
      const { how, files, skipped, stored, refusedAgain, diverted, lost, target } = { ...NOTHING, ...end };
      assert.deepEqual(facts, {
        ...{ type: 'summary', ended: how, target },
        ...{ files, skipped, stored, refused_again: refusedAgain.total, diverted, lost },
      });
    });
  }
});

const NOTHING: ReplayEnd = {
  ...{ how: 'end_of_files', files: 1, skipped: 0, stored: 0, refusedAgain: new Causes(), diverted: 0, lost: 0 },
  ...{ target: 'out.jsonl', deadLetter: undefined, hasState: false },
};

function refused(count: number): Causes {
  const causes = new Causes();
  for (let n = 0; n < count; n += 1) causes.add('ERR_PARSE', 'No JSON.');
  return causes;
}

function happen(reporter: ReplayReporter): void {
  reporter.notice({ event: 'left_out', lines: 2 }, 'Left out: 2 lines.');
  reporter.torn(TORN);
  reporter.stopping('SIGINT');
  reporter.failure(WRONG);
}

/** What it says where there is no terminal, without the colours that somebody may have asked for all the same. */
function said(options: ReplayOptions, tell: (reporter: ReplayReporter) => void): string {
  const stream = new FakeTerminal(80);
  stream.isTTY = false;
  tell(new ReplayReporter(new Output(stream), options));
  return stripVTControlCharacters(stream.text);
}
