import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it, type TestContext } from 'node:test';
import { SPILLWAY, spillway, start, temporaryFolder } from './cli.js';

/** The words that a shell offers for a line whose last word is being typed. */
type Complete = (t: TestContext, line: readonly string[], folder?: string) => Promise<string[]>;

function without(shell: string): string | false {
  return spawnSync(shell, ['-c', 'true']).status === 0 ? false : `${shell} is not here`;
}

function scriptFor(shell: string): string {
  const { stdout, status } = spawnSync(process.execPath, [...SPILLWAY, 'completion', shell], { encoding: 'utf8' });
  assert.equal(status, 0);
  return stdout;
}

async function ask(t: TestContext, shell: string, script: string, args: readonly string[]): Promise<string[]> {
  const { status, stdout, stderr } = await start(t, shell, ['-c', script, ...args]).exit;
  assert.equal(stderr, '');
  assert.equal(status, 0);
  return stdout.split('\n').filter((word) => word !== '');
}

const shells: [shell: string, complete: (script: string) => Complete][] = [
  [
    'bash',
    (script) =>
      (t, line, folder = '/') =>
        ask(
          t,
          'bash',
          `cd "$1"; shift; ${script}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _spillway; printf '%s\\n' "\${COMPREPLY[@]}"`,
          ['bash', folder, 'spillway', ...line],
        ),
  ],
  [
    'fish',
    (script) =>
      async (t, line, folder = '/') => {
        const offered = await ask(t, 'fish', `cd $argv[1]; ${script}\ncomplete -C "$argv[2]"`, [
          folder,
          `spillway ${line.join(' ')}`,
        ]);
        // After a tab it says what the word means.
        return offered.map((word) => word.replace(/\t.*/, ''));
      },
  ],
];

for (const [shell, completeBy] of shells) {
  describe(`spillway completion ${shell}`, { skip: without(shell), concurrency: 2 }, () => {
    let complete: Complete;
    before(() => {
      complete = completeBy(scriptFor(shell));
    });

    it('completes commands', async (t) => {
      assert.deepEqual(await complete(t, ['va']), ['validate']);
      const all = await complete(t, ['']);
      for (const command of ['run', 'demo', 'doctor', 'schema', 'completion', 'help']) {
        assert.ok(all.includes(command), command);
      }
    });

    it('completes the options of a command, and of no other', async (t) => {
      assert.deepEqual(await complete(t, ['doctor', '--wa']), ['--wait']);
      assert.deepEqual(await complete(t, ['run', '--wa']), []);
      assert.deepEqual(await complete(t, ['run', 'x.yaml', '--verb']), ['--verbose']);
    });

    it('completes the words that an argument can be', async (t) => {
      assert.deepEqual(await complete(t, ['completion', 'f']), ['fish']);
      assert.deepEqual(await complete(t, ['help', 'val']), ['validate']);
    });

    it('completes files where a file belongs, with blanks in their names, and nowhere else', async (t) => {
      const folder = await temporaryFolder(t);
      await writeFile(join(folder, 'my feed.yaml'), '');
      await mkdir(join(folder, 'mine'));
      const names = async (line: string[]) =>
        (await complete(t, line, folder)).map((name) => name.replaceAll('\\ ', ' '));
      assert.deepEqual(
        (await names(['run', 'my'])).filter((name) => !name.endsWith('/')),
        ['my feed.yaml'],
      );
      assert.match((await names(['demo', '-o', 'mine'])).join(), /^mine\/?$/);
      assert.deepEqual(await names(['doctor', '--wait', 'm']), []);
      assert.deepEqual(await names(['schema', 'm']), []);
    });
  });
}

describe('spillway completion zsh', { skip: without('zsh') }, () => {
  it('gives a script that zsh can read, and that defines the completion', async (t) => {
    const script = scriptFor('zsh');
    const loaded = 'autoload -Uz compinit; compinit -D; eval "$1"; print -r -- $_comps[spillway]; whence -w _spillway';
    assert.deepEqual(await ask(t, 'zsh', loaded, ['zsh', script]), ['_spillway', '_spillway: function']);
  });
});

describe('spillway completion', () => {
  it('knows three shells', async (t) => {
    const { status, stderr } = await spillway(t, ['completion', 'csh']).exit;
    assert.match(stderr, /Allowed choices are bash, zsh, fish\./);
    assert.equal(status, 2);
  });
});
