import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, test } from 'node:test';
import { fillText } from '../../../lib/config/placeholders/fill.js';
import { ConfigError } from '../../../lib/errors.js';
import { type PipelineOptions, parsePipelineText } from '../../../lib/feed/pipeline-file.js';

const $ = (inside: string) => `$\{${inside}}`;
const NOW = Date.UTC(2026, 2, 8, 14, 5, 9);
let folder = '';

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spillway-'));
  await mkdir(join(folder, 'sub'));
  const files = {
    token: 'tok\n',
    windows: 'tok\r\n',
    lines: 'a\nb\n\n',
    digits: '12345\n',
    empty: '\n',
    'sub/in': 'inside',
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  await writeFile(join(folder, 'bytes'), Buffer.from([0xff, 0xfe]));
  await writeFile(join(folder, 'large'), 'x'.repeat(1024 * 1024 + 1));
});
after(() => rm(folder, { recursive: true, force: true }));

describe('a placeholder', () => {
  for (const [what, top, value, expected] of [
    ['of a secret is a variable', '', $('secret:K'), 'key'],
    ['of a secret may have a default', '', $('secret:U:-d'), 'd'],
    ['of a file is what it holds, without its last line break', '', $('file:token'), 'tok'],
    ['of a file of Windows is so, too', '', $('file:./windows'), 'tok'],
    ['of a file is text, whatever it holds', '', $('file:digits'), '12345'],
    ['of a file may name one in a folder', '', $('file:sub/in'), 'inside'],
    ['of vars gives text', 'vars: {a: {b: x}}', $('vars.a.b'), 'x'],
    [
      'of vars may be a part',
      'vars: {a: x, n: 5, l: [1, null]}',
      `"-${$('vars.a')}${$('vars.n')}${$('vars.l')}-"`,
      '-x5[1,null]-',
    ],
    ['of vars keeps digits that are text', 'vars: {a: "5"}', $('vars.a'), '5'],
    ['of vars may have a name with a dot', 'vars: {a.b: x}', $('vars.a.b'), 'x'],
    ['of vars goes into lists', 'vars: {a: [x, y]}', $('vars.a.1'), 'y'],
    [
      'of vars may hold others',
      `vars: {a: "${$('env:K')}-${$('vars.b')}", b: "${$('file:token')}"}`,
      $('vars.a'),
      'key-tok',
    ],
    ['of vars may stand before what it names', `vars: {a: "${$('vars.b.c')}", b: {c: x}}`, $('vars.a'), 'x'],
    ['of vars may hold the time of the run', `vars: {a: "${$('now.date')}"}`, $('vars.a'), '2026-03-08'],
    ['of now stays text', '', $('now.year'), '2026'],
    ['of param has its default', 'params: {p: {default: x}}', $('param.p'), 'x'],
    ['of param has what is given', 'params: {g: {default: x}}', $('param.g'), 'given'],
    ['of param keeps text with digits', 'params: {d: {}}', $('param.d'), '05'],
    ['of a merged map is filled', `x-a: &a {k: "${$('env:K')}"}\nvars: {m: {<<: *a}}`, $('vars.m.k'), 'key'],
    ['that was escaped is text', '', `"$${$('env:K')}"`, $('env:K')],
  ] as const) {
    it(what, () => {
      const given = { g: 'given', d: '05' };
      const params = Object.fromEntries(
        Object.entries(given).filter(([name]) => top.includes(`${name}: {`) && top.includes('params')),
      );
      assert.equal(read(`${top}\n${file(`headers: {X: ${value}}`)}`, { params }).source.headers['X'], expected);
    });
  }

  for (const [what, top, source, field, expected] of [
    ['of vars keeps a number, in quotes, too', 'vars: {n: 7}', `batch_size: "${$('vars.n')}"`, 'batchSize', 7],
    ['of vars keeps a boolean', 'vars: {n: true}', `envelope: ${$('vars.n')}`, 'envelope', true],
    ['of vars keeps a list', 'vars: {n: [v1, v2]}', `protocols: "${$('vars.n')}"`, 'protocols', ['v1', 'v2']],
    ['of vars keeps an object', 'vars: {n: {A: b}}', `headers: ${$('vars.n')}`, 'headers', { A: 'b' }],
    ['of vars that is null leaves its key out', 'vars: {n: }', `batch_size: ${$('vars.n')}`, 'batchSize', 1000],
    ['of param keeps an int', 'params: {p: {type: int, default: 7}}', `batch_size: "${$('param.p')}"`, 'batchSize', 7],
    [
      'of param keeps a bool',
      'params: {p: {type: bool, default: true}}',
      `envelope: "${$('param.p')}"`,
      'envelope',
      true,
    ],
    ['of a variable with an empty default leaves its key out', '', `batch_size: ${$('env:U:-')}`, 'batchSize', 1000],
  ] as const) {
    it(what, () => assert.deepEqual(read(`${top}\n${file(source)}`).source[field], expected));
  }

  for (const [what, text, problem] of [
    [
      'that nobody knows',
      file(`headers: {X: ${$('foo')}}`),
      /^4:17 pipeline\.source\.config\.headers\.X: This is no placeholder that is understood here\. Understood are `\$\{env:NAME\}`, .*`\$\{now\.date\}`\. For text that only looks so write `\$\$\{` /,
    ],
    ['that is nearly one', file(`headers: {X: "${$('envi:A')}"}`), /^4:18 .* Did you mean `\$\{env:NAME\}`\?/],
    [
      'with the separator of another',
      file(`headers: {X: "${$('env.A')}"}`),
      /^4:18 .*This is no placeholder of `env`: it is written `\$\{env:NAME\}`/,
    ],
    [
      'of JavaScript',
      file(`subscribe_messages: ['{"a":${$('a + b')}}']`),
      /^4:\d+ pipeline\.source\.config\.subscribe_messages\[0\]: This is no placeholder that is understood/,
    ],
    [
      'of a secret manager',
      file(`headers: {X: ${$('vault:secret/data/app#token')}}`),
      /^4:17 .*HashiCorp Vault.*`\$\{file:PATH\}` or `\$\{env:NAME\}`\.$/,
    ],
    ['of AWS', file(`headers: {X: ${$('aws-sm:prod/db#p')}}`), /AWS Secrets Manager/],
    ['of Google', file(`headers: {X: ${$('gcp-sm:projects/p')}}`), /Google Secret Manager/],
    ['of Azure', file(`headers: {X: ${$('azure-kv:v/s')}}`), /Azure Key Vault/],
    [
      'of a row',
      file(`headers: {X: ${$('row.id')}}`),
      /^4:17 .*`\$\{row\.…\}` stands for the row of `matrix`, and there is none here\./,
    ],
    ['of sources', file(`headers: {X: ${$('sources.a.config.url')}}`), /stands for a template of `pipeline\.sources`/],
    ['of sinks', file(`headers: {X: ${$('sinks.a')}}`), /stands for a template of `pipeline\.sinks`/],
    ['of each', file(`headers: {X: ${$('each.a')}}`), /stands for a value of `each`/],
    [
      'of a file that is not there',
      file(`headers: {X: ${$('file:nope')}}`),
      /^4:17 .*: The file nope cannot be read: there is no such file\./,
    ],
    ['of a folder', file(`headers: {X: ${$('file:sub')}}`), /The file sub cannot be read: it is a folder\./],
    ['of a device', file(`headers: {X: ${$('file:/dev/zero')}}`), /The file \/dev\/zero is a device or a pipe\./],
    ['of a file that is empty', file(`headers: {X: ${$('file:empty')}}`), /The file empty is empty\./],
    ['of a file that is no text', file(`headers: {X: ${$('file:bytes')}}`), /The file bytes is not UTF-8 text\./],
    ['of a file that is large', file(`headers: {X: ${$('file:large')}}`), /The file large is larger than 1 MiB\./],
    ['of no file', file(`headers: {X: "${$('file:')}"}`), /Expected `\$\{file:PATH\}`/],
    [
      'of vars that are not there',
      file(`headers: {X: ${$('vars.a')}}`),
      /^4:17 .*There is no such key in `vars`\. Define it there/,
    ],
    [
      'of one of vars that is not there',
      `vars: {abc: 1}\n${file(`headers: {X: ${$('vars.abd')}}`)}`,
      /^5:17 .*Did you mean `abc`\?/,
    ],
    [
      'of what is not in a var',
      `vars: {a: {b: 1}}\n${file(`headers: {X: ${$('vars.a.b.c')}}`)}`,
      /There is no such key in `vars`/,
    ],
    [
      'of vars that go in a circle',
      `vars: {a: "${$('vars.b')}", b: "${$('vars.a')}"}\n${file('')}`,
      /^1:12 vars\.a: This goes in a circle: `vars\.b` → `vars\.a` → `vars\.b`\./,
    ],
    ['of itself', `vars: {a: ["${$('vars.a')}"]}\n${file('')}`, /in a circle: `vars\.a` → `vars\.a`/],
    [
      'of params that go in a circle',
      `params: {a: {default: "${$('param.a')}"}}\n${file('')}`,
      /in a circle: `params` → `params`/,
    ],
    [
      'of a param that is not declared',
      `params: {abc: {default: 1}}\n${file(`headers: {X: ${$('param.x')}}`)}`,
      /^5:17 .*There is no such key in `params`/,
    ],
    [
      'of the time elsewhere',
      `name: "${$('now.date')}"\n${file('')}`,
      /^1:7 name: `\$\{now\.…\}` has a value below `config`/,
    ],
    [
      'of the time in vars used elsewhere',
      `name: "${$('vars.a')}"\nvars: {a: "${$('now.date')}"}\n${file('')}`,
      /^1:7 name: `\$\{now\.…\}`/,
    ],
    [
      'of the time that there is not',
      file(`headers: {X: ${$('now.week')}}`),
      /^4:17 .*`now` has date, datetime, iso, /,
    ],
    [
      'of an empty variable',
      file(`batch_size: ${$('env:E')}`),
      /^4:16 .*The environment variable E is empty\. Set it, or write/,
    ],
    [
      'of an empty variable in quotes',
      file(`origin: "${$('env:E')}"`),
      /found empty text\. The environment variable E is empty\.$/,
    ],
  ] as const) {
    it(`${what} is an error with line and column`, () => {
      const problems = problemsOf(text);
      assert.equal(problems.length, 1, problems.join('\n'));
      assert.match(problems[0]!, problem);
    });
  }

  it('of a file keeps all line breaks but the last', () => {
    const { source } = read(file(`subscribe_messages: ["${$('file:lines')}"]`));
    assert.deepEqual(source.subscribeMessages, ['a\nb\n']);
  });

  it('that leads to another with an error has no error of its own', () => {
    const problems = problemsOf(
      `vars: {a: "${$('env:U')}", b: "${$('vars.a')}"}\n${file(`headers: {X: ${$('vars.b')}}`)}`,
    );
    assert.equal(problems.length, 1);
    assert.match(problems[0]!, /^1:12 vars\.a: The environment variable U is not set\./);
  });

  it('that needs the one behind it, again and again, is as deep as all of them with what they hold', () => {
    for (const [count, open, close] of [
      [80, '[', ']'],
      [40, '[[[[[[', ']]]]]]'],
      [40, '{a: [{a: [{a: [', ']}]}]}'],
    ] as const) {
      const chain = (length: number): string =>
        Array.from({ length }, (_, i) => `  a${i}: ${open}"${$(`vars.a${i + 1}`)}"${close}\n`).join('');
      const problems = (length: number) =>
        problemsOf(`vars:\n${chain(length)}  a${length}: ${$('env:U')}\n${file('')}`);
      assert.match(problems(count)[0]!, /so deep, that it would grow without measure/);
      assert.match(problems(count / 2)[0]!, /The environment variable U is not set/);
    }
  });

  it('that doubles the one before, again and again, is refused and not followed', () => {
    const doubling = (form: (name: string) => string) =>
      `vars:\n  a0: ${JSON.stringify(Array(50).fill('x'))}\n${Array.from({ length: 40 }, (_, i) => `  a${i + 1}: ${form($(`vars.a${i}`))}\n`).join('')}`;
    for (const form of [(one: string) => `["${one}", "${one}"]`, (one: string) => `"${one}${one}"`]) {
      assert.match(
        problemsOf(`${doubling(form)}${file('')}`)[0]!,
        /^\d+:\d+ : The file uses aliases or `vars` so often/,
      );
    }
    const deep = Array.from({ length: 2000 }, (_, i) => `  a${i + 1}: ["${$(`vars.a${i}`)}"]\n`).join('');
    assert.match(problemsOf(`vars:\n  a0: 1\n${deep}${file('')}`)[0]!, /so deep, that it would grow without measure/);
    const env = { K: 'x'.repeat(100_000) };
    const many = Array.from({ length: 1000 }, () => $('env:K')).join('');
    assert.match(problemsOf(file(`headers: {X: "${many}"}`), { env })[0]!, /so often/);
  });

  it('gives secrets: those of secrets and files wherever they stand, of the rest what is sent', () => {
    const text = `name: "${$('secret:S1')}"
vars: { a: "${$('secret:S2')}", b: "${$('env:E2')}" }
params: { p: { default: x }, s: { secret: true, default: planted-s } }
pipeline:
  source: { type: websocket, config: { url: ws://x/${$('vars.b')}, unbounded: true, headers: { X: "${$('param.p')}" }, records_path: "${$('env:E1')}" } }
  sink: { type: jsonl, config: { path: "${$('file:token')}${$('param.s')}" } }
version: 1`;
    const env = { S1: 'planted-1', S2: 'planted-2', E1: 'planted3', E2: 'planted-4' };
    const { secrets } = read(text, { env, params: { p: 'planted-p' } });
    assert.deepEqual(
      new Set(secrets),
      new Set(['planted-1', 'planted-2', 'planted-4', 'planted-p', 'planted-s', 'tok']),
    );
  });
});

test('what a pipeline file defines is not there where there is no file, as on the command line', () => {
  const surroundings = { env: {}, now: NOW, readFile: () => ({ problem: undefined }) };
  for (const word of ['vars', 'param']) {
    const { problem } = fillText($(`${word}.x`), surroundings) as { readonly problem: string };
    assert.ok(problem.startsWith(`\`${$(`${word}.…`)}\` stands for what a pipeline file defines, and there is none`));
  }
});

describe('a param', () => {
  for (const [what, declared, given, problem] of [
    ['without a value', '{type: string}', {}, /^1:10 params\.p: This param has no value\. Give one by `--param p=…`/],
    [
      'that is required and has a default',
      '{required: true, default: x}',
      {},
      /^1:10 params\.p: A param with a `default` need not be given/,
    ],
    [
      'with a default of another type',
      '{type: int, default: x}',
      {},
      /^1:\d+ params\.p\.default: Expected a whole number, as `type` says/,
    ],
    ['with a value of another type', '{type: int}', { p: '1.5' }, /Expected a whole number by `--param p=…`/],
    ['with a value that is no number', '{type: float}', { p: 'x' }, /Expected a number by/],
    ['with a value that is no bool', '{type: bool}', { p: 'maybe' }, /Expected `true` or `false` by/],
    [
      'with a value that is none of its values',
      '{values: [a, b]}',
      { p: 'c' },
      /Expected one of `a`, `b`, as `values` says\./,
    ],
    [
      'of an unknown type',
      '{type: integer, default: 1}',
      {},
      /params\.p\.type: Expected one of `string`, `int`, `float`, `bool`/,
    ],
    ['that is not declared', '{default: x}', { q: '1' }, /^1:1 .*--param.*: The file has no param `q`\./],
  ] as const) {
    it(`${what} is an error`, () => {
      const problems = problemsOf(`params: {p: ${declared}}\n${file('')}`, { params: given });
      assert.equal(problems.length, 1, problems.join('\n'));
      assert.match(problems[0]!, problem);
    });
  }

  it('is shown in what is wrong with it as the file has it, and not when it was given', () => {
    const text = `params: {p: {type: int, default: -5}}\n${file(`batch_size: "${$('param.p')}"`)}`;
    assert.match(problemsOf(text)[0]!, /batch_size: Expected .*-5/);
    const [given] = problemsOf(text, { params: { p: '-6' } });
    assert.match(given!, /batch_size: Expected .* a number that is not shown here\./);
  });

  it('has a name of letters, digits and underscores', () => {
    assert.match(problemsOf(`params: {a-b: {default: 1}}\n${file('')}`)[0]!, /Expected a name of letters/);
  });

  it('takes a value of its type as text', () => {
    const types = { int: ['-5', -5], float: ['1.5e1', 15], bool: ['Yes', true], string: ['5', '5'] } as const;
    for (const [type, [given, expected]] of Object.entries(types)) {
      const text = `params: {p: {type: ${type}}}\n${file(`record_schema: {const: "${$('param.p')}"}`)}`;
      assert.deepEqual(read(text, { params: { p: given } }).source.recordSchema, { const: expected });
    }
  });
});

function file(source: string): string {
  return `version: 1
pipeline:
  source: { type: websocket, config: { url: ws://x, unbounded: true,
   ${source === '' ? '' : `${source},`} } }
  sink: { type: stdout }
`;
}

function read(text: string, options: PipelineOptions = {}) {
  const full = text.includes('version: 1') ? text : `version: 1\n${text}`;
  return parsePipelineText(full, { env: { K: 'key', E: '' }, now: NOW, folder, ...options });
}

/** Every problem, as `line:column path: message`. */
function problemsOf(text: string, options: PipelineOptions = {}): string[] {
  try {
    read(text, options);
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.problems.map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`);
  }
  return assert.fail('nothing was found wrong');
}
