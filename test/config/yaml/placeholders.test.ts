import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse } from 'yaml';
import type { Environment } from '../../../lib/config/placeholders/environment.js';
import { fileReader } from '../../../lib/config/placeholders/read-file.js';
import { maskPlaceholders } from '../../../lib/config/placeholders/scan.js';
import { readYaml as readWith, type YamlDocument } from '../../../lib/config/yaml/document.js';
import { ConfigError } from '../../../lib/errors.js';

function readYaml(text: string, env: Environment): YamlDocument {
  return readWith(text, { env, now: 0, readFile: fileReader('.') });
}

/** `${env:…}`, written so that it is not mistaken for a template. */
const env = (inside: string) => `$\{env:${inside}}`;
const N = env('N');
const unset = (name: string) =>
  `The environment variable ${name} is not set. Set it, or write \`${env(`${name}:-…`)}\` with a default.`;

for (const [what, text, value, expected] of [
  ['An integer in a plain scalar is an integer', `a: ${N}`, '5', 5],
  ['An octal number in a plain scalar is a number', `a: ${N}`, '0o17', 15],
  ['A fraction in a plain scalar is a number', `a: ${N}`, '1.5', 1.5],
  ['A boolean in a plain scalar is a boolean', `a: ${N}`, 'true', true],
  ['null in a plain scalar is null', `a: ${N}`, 'null', null],
  ['An empty default in a plain scalar is null, as in a file', `a: ${env('U:-')}`, '', null],
  ['Words of YAML 1.1 stay text', `a: ${N}`, 'yes', 'yes'],
  ['Blanks around an integer do not matter, as in a file', `a: ${N}`, ' 5\n', 5],
  ['Other text stays as it is, blanks and all', `a: ${N}`, ' x\n', ' x\n'],
  ['An integer in double quotes stays text', `a: "${N}"`, '5', '5'],
  ['An integer in single quotes stays text', `a: '${N}'`, '5', '5'],
  ['An integer in a literal block stays text', `a: |\n  ${N}\n`, '5', '5\n'],
  ['An integer in a folded block stays text', `a: >-\n  ${N}\n`, '5', '5'],
  ['An integer after !!str stays text', `a: !!str ${N}`, '5', '5'],
  ['Parts of a plain scalar are joined before it is typed', `a: ${N}0${N}`, '5', 505],
  ['Two that touch are both replaced', `a: "${N}${N}"`, 'x', 'xx'],
  ['A plain scalar in a flow map may hold one', `{ a: ${N}, b: 1 }`, '5', 5],
  ['A flow map may end right after one', `{b: 1, a: ${N}}`, '5', 5],
  ['A plain scalar in a list may hold one', `a:\n  - ${N}\n  - x`, '5', [5, 'x']],
  ['A plain scalar over two lines may hold one', `a: x\n  ${N}`, 'y', 'x y'],
  ['A double-quoted scalar over two lines may hold one', `a: "x\n  ${N}"`, 'y', 'x y'],
  ['An alias stands for the replaced value', `b: &b ${N}\na: *b`, '5', 5],
  ['A placeholder in a comment is ignored', `a: ${N} # ${env('UNSET')}\n# ${env('UNSET')}`, '5', 5],
  ['A placeholder in the header of a block is ignored', `a: |- # ${env('UNSET')}\n  ${N}`, '5', '5'],
  ['A broken placeholder in a comment is ignored', `a: ${N} # $\{env:`, '5', 5],
  ['A broken placeholder in the header of a block is ignored', `a: |- # $\{env:\n  ${N}`, '5', '5'],
  ['Comments between values do not shift them', `b: 1 # ${env('UNSET')} ${N}\na: ${N}`, '5', 5],
  ['A value is not scanned again', `a: ${N}`, N, N],
  ['A value with an escape is not read in double quotes', `a: "${N}"`, '\\n"', '\\n"'],
  ['A default is used when the variable is unset', `a: ${env('U:-7')}`, '', 7],
  ['A default may be empty', `a: "${env('U:-')}"`, '', ''],
  ['A default is used when the variable is empty, as in a shell', `a: ${env('N:-7')}`, '', 7],
  ['A default is not used when the variable is set', `a: ${env('N:-7')}`, '5', 5],
  ['A default may hold quotes, colons and hashes', `a: '${env('U:-it\'s: # "x"')}'`, '', 'it\'s: # "x"'],
  ['An escaped dollar is a way to write a placeholder as text', `a: "\\x24{env:N}"`, '5', N],
  [
    'A dollar without a brace, and a brace without a dollar, are text',
    `a: "$N {env:N} $ {env:N}"`,
    '5',
    '$N {env:N} $ {env:N}',
  ],
  ['Two dollars before a brace are text', `a: "$$\{N} $$\{env:N}"`, '5', `$\{N} $\{env:N}`],
  ['Two dollars before a brace are text in a flow map, too', `{a: $$\{env:N}, b: 1}`, '5', `$\{env:N}`],
  ['Two dollars before a brace that does not close are text', `a: "$$\{"`, '5', '${'],
  ['Escapes of YAML stay what they are after two dollars', `a: "$$\{\\t}"`, '5', `$\{\t}`],
] as const) {
  test(`${what}`, () => {
    const document = readYaml(text, { N: value });
    assert.deepEqual(document.problems, []);
    assert.deepEqual((document.value as { a: unknown }).a, expected);
  });
}

for (const [what, text, problems] of [
  ['An unset variable', `a: 1\nb: x ${env('U')}`, [`2:6 b: ${unset('U')}`]],
  [
    'Each of several unset variables',
    `- ${env('U')}${env('V')}\n- {c: "${env('W')}"}`,
    [`1:3 [0]: ${unset('U')}`, `1:11 [0]: ${unset('V')}`, `2:8 [1].c: ${unset('W')}`],
  ],
  ['A name that every object inherits', `a: ${env('constructor')}`, [`1:4 a: ${unset('constructor')}`]],
  [
    'A placeholder in a key',
    `a:\n  x${N}: 1`,
    ['2:3 a: Placeholders are replaced in values only, not in keys, anchors, aliases and tags.'],
  ],
  [
    'A placeholder in an anchor',
    `a: &${N} 1`,
    ['1:14 a: Placeholders are replaced in values only, not in keys, anchors, aliases and tags.'],
  ],
  ['A placeholder without a name', `a: "${env('')}"`, [`1:5 a: Expected \`${env('NAME')}\` or`]],
  ['A placeholder with a bad name', `a: "${env('A-B')}"`, [`1:5 a: Expected \`${env('NAME')}\` or`]],
  ['A placeholder that is not closed', `a: "$\{env:A"`, ['1:5 a: This is no placeholder of `env`: it is written']],
  ['A placeholder in a default', `a: "${env(`U:-${N}`)}"`, ['1:5 a: Placeholders do not stand within each other.']],
  ['An empty variable as a plain scalar', `a: ${N}`, ['1:4 a: The environment variable N is empty.']],
] as const) {
  test(`${what} is a problem with line and column`, () => {
    const { problems: found } = readYaml(text, { N: what.includes('empty') ? '' : '5' });
    assert.equal(found.length, problems.length);
    found.forEach((problem, index) => {
      const shown = `${problem.line}:${problem.column} ${problem.path}: ${problem.message}`;
      assert.ok(shown.startsWith(problems[index]!), shown);
    });
  });
}

for (const [what, text] of [
  ['an alias', `a: *${N}`],
  ['a tag', `a: !${N} 1`],
  ['a plain scalar that is broken', `a: $\{env:\nb: 1`],
  ['an unquoted flow map that is broken', `{ a: $\{env A} }`],
  ['an escape', `a: "\\${N}"`],
] as const) {
  test(`A placeholder in ${what} is refused, and its cover is not shown`, () => {
    assert.throws(
      () => readYaml(text, { N: 'S3CR3T' }),
      (error) =>
        error instanceof ConfigError &&
        error.problems[0]?.line !== undefined &&
        !/[\uE000-\uF8FF]|S3CR3T/.test(error.message),
    );
  });
}

test('Masking keeps every character of the text where it was', () => {
  const text = `a: ${N} # ${env('X:-y')}\nb: x`;
  const masked = maskPlaceholders(text)!;
  assert.equal(masked.text.length, text.length);
  assert.equal(masked.text.indexOf('\nb: x'), text.indexOf('\nb: x'));
  assert.deepEqual(
    masked.placeholders.map(({ offset, source }) => [offset, source]),
    [
      [3, N],
      [14, env('X:-y')],
    ],
  );
});

for (const [what, other] of [
  ['the characters that cover placeholders', '\uE000\uE001\uE000'],
  ['escapes of the characters that cover placeholders', '\\uE000\\U0000e001'],
] as const) {
  test(`A text which already has ${what} keeps them`, () => {
    const { value } = readYaml(`a: "${other}${N}${other}"`, { N: 'v\uE000\uE002' });
    const characters = JSON.parse(`"${other.replace('\\U0000', '\\u')}"`) as string;
    assert.deepEqual(value, { a: `${characters}v\uE000\uE002${characters}` });
  });
}

test('A text that uses every private-use character is refused in a whole sentence', () => {
  const all = Array.from({ length: 6400 }, (_, index) => String.fromCharCode(0xe000 + index)).join('');
  assert.throws(() => readYaml(`a: ${N}\nb: ${all}`, { N: '1' }), /uses every private-use character/);
});

const HOSTILE = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc
    .array(
      fc.constantFrom(
        '\n',
        ': ',
        '- ',
        '#',
        ' #',
        '{',
        '}',
        '[',
        ']',
        ',',
        '"',
        "'",
        '|',
        '>',
        '&a',
        '*a',
        '!!int ',
        '%',
        '---\n',
        '...',
        '\t',
        '\\',
        `$\{env:N}`,
        '\uE000',
        'x',
        '5',
        '<<',
        '?',
        '~',
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join('')),
);

/** Every style in which a scalar can be written, and what becomes of a value there. */
const SLOTS = {
  plain: `${N}`,
  plainPart: `x ${N} y`,
  double: `"${N}"`,
  doublePart: `"x\\t${N}: y"`,
  single: `'${N} ''${N}'`,
  flow: `{ in: ${N}, list: [${N}, "${N}", z], end: ${N}}`,
  literal: `|-\n    x ${N}\n    y`,
  folded: `>-\n    ${N} x`,
} as const;
const DOCUMENT = `first: {a: [1, "two"]}\n${Object.entries(SLOTS)
  .map(
    ([key, slot]) => `${key}: ${slot}${key === 'literal' || key === 'folded' ? '' : ' # note'}\n${key}After: [k, 1]\n`,
  )
  .join('')}nested:\n  - ${N}\n  - b: ${N}\n    c: 1\nlast: end\n`;

test('No value of a variable, in any scalar position, touches the rest of the document', () => {
  fc.assert(
    fc.property(
      HOSTILE.filter((text) => text.trim() !== ''),
      (value) => {
        const document = readYaml(DOCUMENT, { N: value });
        assert.deepEqual(document.problems, []);
        const plain = plainValue(value);
        const expected: Record<string, unknown> = {
          first: { a: [1, 'two'] },
          plain,
          plainPart: `x ${value} y`,
          double: value,
          doublePart: `x\t${value}: y`,
          single: `${value} '${value}`,
          flow: { in: plain, list: [plain, value, 'z'], end: plain },
          literal: `x ${value}\ny`,
          folded: `${value} x`,
          nested: [plain, { b: plain, c: 1 }],
          last: 'end',
        };
        for (const key of Object.keys(SLOTS)) expected[`${key}After`] = ['k', 1];
        assert.deepEqual(document.value, expected);
      },
    ),
    { numRuns: 1000 },
  );
});

test('Whatever stands in a file, reading it ends with a document or with a ConfigError', () => {
  const pieces = fc.array(
    fc.oneof(
      fc.constantFrom(
        N,
        env('U'),
        env('U:-d'),
        `$\{env:`,
        'a: ',
        'b:\n  ',
        '- ',
        '\n',
        '"',
        "'",
        '{',
        '}',
        '[',
        ']',
        ', ',
        '# ',
        '|\n ',
        '>\n ',
        '&x ',
        '*x',
        '!t ',
        '\uE000',
        '\t',
        '? ',
      ),
      fc.string({ maxLength: 3 }),
    ),
    { maxLength: 20 },
  );
  fc.assert(
    fc.property(pieces, (parts) => {
      try {
        readYaml(parts.join(''), { N: 'S3CR3T' });
      } catch (error) {
        assert.ok(error instanceof ConfigError, String(error));
        assert.ok(!error.message.includes('S3CR3T'));
      }
    }),
    { numRuns: 2000 },
  );
});

/** What a plain scalar of this text is: what YAML's core schema makes of it where it stands on one line, otherwise itself. */
function plainValue(text: string): unknown {
  const trimmed = text.trim();
  if (!/^[-+.~\w]*$/.test(trimmed) || /^[-.]$|^---$|^\.\.\.$/.test(trimmed)) return text;
  const value: unknown = parse(trimmed);
  return typeof value === 'string' ? text : value;
}
