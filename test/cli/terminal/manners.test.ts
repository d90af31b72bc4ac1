import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { hasColour } from '../../../lib/cli/terminal/colour.js';
import { widthOf, wrap } from '../../../lib/cli/terminal/width.js';
import { spillway } from '../cli.js';

describe('hasColour', () => {
  const cases: [title: string, isTTY: boolean, env: Record<string, string>, expected: boolean][] = [
    ['yes on a terminal', true, { TERM: 'xterm' }, true],
    ['no elsewhere', false, { TERM: 'xterm' }, false],
    ['no on a terminal that is dumb', true, { TERM: 'dumb' }, false],
    ['no with NO_COLOR', true, { NO_COLOR: '1' }, false],
    ['yes with an empty NO_COLOR', true, { NO_COLOR: '' }, true],
    ['yes with FORCE_COLOR', false, { FORCE_COLOR: '1' }, true],
    ['yes with an empty FORCE_COLOR', false, { FORCE_COLOR: '' }, true],
    ['no with FORCE_COLOR=0', true, { FORCE_COLOR: '0' }, false],
    ['no with both', true, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  ];
  for (const [title, isTTY, env, expected] of cases) {
    it(`says ${title}`, () => assert.equal(hasColour({ isTTY }, env), expected));
  }
});

describe('widthOf', () => {
  it('goes by COLUMNS, then by the terminal, and limits nothing elsewhere', () => {
    assert.equal(widthOf({ isTTY: true, columns: 100 }, { COLUMNS: '40' }), 40);
    assert.equal(widthOf({ isTTY: true, columns: 100 }, { COLUMNS: 'wide' }), 100);
    assert.equal(widthOf({ isTTY: true, columns: 0 }, {}), undefined);
    assert.equal(widthOf({ columns: 100 }, {}), undefined);
  });
});

describe('wrap', () => {
  it('leaves lines that fit as they are', () => {
    assert.equal(wrap('a b\n\n  c', 5), 'a b\n\n  c');
  });

  it('goes on below the beginning, a little further in where that is indented', () => {
    assert.equal(wrap('aaa bbb ccc', 7), 'aaa bbb\nccc');
    assert.equal(wrap('  $ aaa bbb ccc', 12), '  $ aaa bbb\n    ccc');
  });

  it('goes on below the second column, or puts that on lines of its own where there is no room', () => {
    assert.equal(wrap('  -a  one two three', 14), '  -a  one two\n      three');
    assert.equal(wrap('  --long-name  one two', 16), '  --long-name\n      one two');
  });

  it('keeps every word, and goes over the width for words alone', () => {
    const word = fc.stringMatching(/^[a-z-]{1,12}$/);
    fc.assert(
      fc.property(fc.array(fc.array(word, { maxLength: 8 })), fc.integer({ min: 4, max: 30 }), (lines, columns) => {
        const wrapped = wrap(lines.map((words) => words.join(' ')).join('\n'), columns);
        assert.deepEqual(wrapped.split(/\s+/).filter(Boolean), lines.flat());
        for (const line of wrapped.split('\n')) assert.ok(line.length <= columns || !line.trim().includes(' '), line);
      }),
    );
  });
});

describe('the help of spillway', { concurrency: 2 }, () => {
  for (const args of [['--help'], ['help', 'run'], ['help', 'capture'], ['demo', '--help']]) {
    it(`fits a narrow terminal: ${args.join(' ')}`, async (t) => {
      const { stdout } = await spillway(t, args, { env: { COLUMNS: '40' } }).exit;
      const long = stdout.split('\n').filter((line) => line.length > 40 && line.trim().includes(' '));
      assert.deepEqual(long, []);
      assert.match(stdout, /Examples:/);
    });
  }

  it('is coloured with FORCE_COLOR, and has no escape sequence without a terminal or with NO_COLOR', async (t) => {
    const args = ['help', 'capture'];
    const forced = await spillway(t, args, { env: { FORCE_COLOR: '1' } }).exit;
    assert.match(forced.stdout, /^\x1b\[1mUsage:\x1b\[0m /);
    assert.match(forced.stdout, /\x1b\[36m {2}\$ spillway capture/);
    const plain = await spillway(t, args).exit;
    assert.equal(forced.stdout.replaceAll(/\x1b\[\d+m/g, ''), plain.stdout);
    assert.doesNotMatch((await spillway(t, args, { env: { FORCE_COLOR: '1', NO_COLOR: '1' } }).exit).stdout, /\x1b/);
  });

  it('does not repeat the value of an option that does not exist', async (t) => {
    const { status, stderr } = await spillway(t, ['run', 'x.yaml', '--tokn=hush-hush']).exit;
    assert.match(stderr, /unknown option '--tokn=…'/);
    assert.equal(status, 2);
  });
});
