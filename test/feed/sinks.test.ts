import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';
import { sinkKinds } from '../../lib/feed/sinks.js';
import { ROOT } from '../support/readme.js';

const PARTS = Object.keys(sinkKinds.jsonl);

test('a sink that lacks a part does not compile, and the compiler names the part', () => {
  const lines = [
    "import { sinkKinds, type SinkKinds } from '../../lib/feed/sinks.js';",
    'const whole = sinkKinds.jsonl;',
    '({ ...sinkKinds, tape: whole }) satisfies SinkKinds;',
    ...PARTS.map(
      (part) => `{ const { ${part}: _, ...tape } = whole; void _; ({ ...sinkKinds, tape }) satisfies SinkKinds; }`,
    ),
  ];
  const errors = errorsIn('tape.ts', lines.join('\n'));
  assert.deepEqual(
    errors.map(({ line }) => line),
    PARTS.map((_, index) => index + 3),
    JSON.stringify(errors),
  );
  for (const [index, part] of PARTS.entries()) {
    assert.match(errors[index]!.message, new RegExp(`Property '${part}' is missing`));
  }
});

test('a part that is of another kind than it should be does not compile', () => {
  const wrong = {
    schema: '{ type: "object" }',
    files: '{ path: "letters" }',
    isReopenable: '"no"',
    secrets: '(config: { password: string }) => config.password',
    check: '() => [{ ok: true }]',
    open: 'async () => ({ target: "tape" })',
  };
  const lines = [
    "import { sinkKinds, type SinkKinds } from '../../lib/feed/sinks.js';",
    ...Object.entries(wrong).map(
      ([part, value]) => `({ tape: { ...sinkKinds.jsonl, ${part}: ${value} } }) satisfies SinkKinds;`,
    ),
  ];
  const errors = errorsIn('tape.ts', lines.join('\n'));
  assert.deepEqual([...new Set(errors.map(({ line }) => line))], [1, 2, 3, 4, 5, 6], JSON.stringify(errors));
});

/** What the compiler says of a file that would stand beside this one. */
function errorsIn(name: string, text: string): { readonly line: number; readonly message: string }[] {
  const path = join(ROOT, 'test/feed', name);
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, files: [], include: [] }, ts.sys, ROOT);
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (file) => file === path || fileExists(file);
  host.getSourceFile = (file, ...rest) =>
    file === path ? ts.createSourceFile(path, text, ts.ScriptTarget.ES2022) : getSourceFile(file, ...rest);
  const program = ts.createProgram([path], { ...options, noEmit: true }, host);
  const source = program.getSourceFile(path);
  return program.getSemanticDiagnostics(source).map(({ start, messageText }) => ({
    line: source!.getLineAndCharacterOfPosition(start!).line,
    message: ts.flattenDiagnosticMessageText(messageText, ' '),
  }));
}
