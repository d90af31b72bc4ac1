import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import { valuesOf } from '../../lib/cli/capture/flag-values.js';
import { sourceFlags } from '../../lib/cli/capture/source-flags.js';
import { demoCommand } from '../../lib/cli/demo.js';
import { doctorCommand } from '../../lib/cli/doctor.js';
import { DAY_MS, MAX_RATE, parseRate, parseSpeed, parseTime, parseWhole } from '../../lib/cli/grammar.js';
import { initCommand } from '../../lib/cli/init.js';
import { previewCommand } from '../../lib/cli/preview.js';
import { serveCommand } from '../../lib/cli/serve.js';
import { Output } from '../../lib/cli/terminal/output.js';
import { parseDuration } from '../../lib/config/durations.js';

const refused = { code: 'ERR_CONFIG' };

describe('the grammar of options', () => {
  it('reads a rate as messages a second', () => {
    assert.deepEqual(
      ['1000', '1000/s', '0.5/s', '90/min', '7200/h'].map(parseRate(MAX_RATE)),
      [1000, 1000, 0.5, 1.5, 2],
    );
    for (const text of ['', '0', '-1', 'fast', '10/', '10/day', '1e3', '10 /s', '1000001'])
      assert.throws(() => parseRate(MAX_RATE)(text), refused, text);
  });

  it('reads a speed as a factor', () => {
    assert.deepEqual(['10x', '0.5x', '2'].map(parseSpeed), [10, 0.5, 2]);
    for (const text of ['', '0x', 'x', '-2x', '2xx']) assert.throws(() => parseSpeed(text), refused, text);
  });

  it('reads a time as milliseconds, numbers as seconds', () => {
    assert.deepEqual(['500ms', '30s', '1.5', '2m', '1e1', '1d'].map(parseTime(DAY_MS)), [
      500,
      30_000,
      1_500,
      120_000,
      10_000,
      DAY_MS,
    ]);
    for (const text of ['', '0s', '0', '5 s', 'soon', '-1', '25h', '1e9', '0x10'])
      assert.throws(() => parseTime(DAY_MS)(text), refused, text);
    assert.throws(() => parseTime(3_600_000)('2h'), {
      message: /Expected from 1 ms to 1 h 0 min: a number of seconds/,
    });
  });

  it('reads whole numbers within bounds', () => {
    assert.equal(parseWhole(1)('7'), 7);
    for (const text of ['', '0', '1.5', '-1', '0x10']) assert.throws(() => parseWhole(1)(text), refused, text);
    assert.throws(() => parseWhole(0, 65_535)('65536'), { message: /from 0 to 65535/ });
  });
});

describe('the durations of all commands', () => {
  const forms = ['500ms', '30s', '1.5', '2m', '1e1'];
  const ms = [500, 30_000, 1_500, 120_000, 10_000];
  const output = new Output(new PassThrough());
  const commands = [demoCommand, initCommand, previewCommand, serveCommand, doctorCommand].map((make) => make(output));

  for (const command of commands) {
    const options = command.options.filter(({ flags, parseArg }) => /<duration>/.test(flags) && parseArg !== undefined);
    for (const { long, parseArg } of options) {
      it(`are read in the same forms: ${command.name()} ${long}`, () => {
        assert.deepEqual(
          forms.map((text) => (parseArg as (text: string) => unknown)(text)),
          ms,
        );
      });
    }
  }

  const flags = sourceFlags().filter(({ option }) => /<duration>/.test(option.flags));
  for (const flag of flags) {
    it(`are read in the same forms: capture ${flag.option.long}`, async () => {
      const values = await Promise.all(forms.map((text) => valuesOf([flag], { [flag.option.attributeName()]: text })));
      assert.deepEqual(
        values.map((value) => parseDuration(value[flag.key] as string | number)),
        ms,
      );
    });
  }

  it('are more than a few', () => {
    const named = commands.flatMap(({ options }) => options).filter(({ flags: text }) => /<duration>/.test(text));
    assert.ok(named.length >= 5 && flags.length >= 5);
  });
});
