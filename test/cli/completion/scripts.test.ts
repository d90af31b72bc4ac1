import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scripts } from '../../../lib/cli/completion/scripts.js';
import type { ValueWords } from '../../../lib/cli/completion/words.js';

// The shells themselves are asked by `test/cli/completion.test.ts`, where they are installed.
for (const [what, value, fish, zsh] of [
  ['none', undefined, '', ''],
  ['a file', { choices: [], isFile: true }, '-r -F ', ':file:_files'],
  ['one of some words', { choices: ['a', 'b'], isFile: false }, "-x -a 'a b' ", ':value:(a b)'],
  ['anything else', { choices: [], isFile: false }, '-x ', ':value: '],
] as const satisfies readonly (readonly [string, ValueWords | undefined, string, string])[]) {
  test(`an option whose value is ${what} says so to fish and zsh`, () => {
    const options = [{ names: ['-o', '--opt'], description: "what it's for", value }];
    const commands = ['', 'go'].map((name) => ({ name, summary: 'goes', options, argument: undefined }));
    const described = `'what it'"'"'s for'`;
    assert.ok(
      scripts.fish(commands).includes(`'__fish_seen_subcommand_from go' -s o -l opt ${fish}-d ${described}\n`),
      scripts.fish(commands),
    );
    assert.ok(scripts.zsh(commands).includes(`'*'{-o,--opt}'[what it'"'"'s for]${zsh}'`), scripts.zsh(commands));
  });
}
