import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';
import { ROOT } from '../../support/readme.js';

const FILES = [
  ...['options', 'liveness-options', 'subscribe-options', 'intake-options', 'backoff'].map(
    (file) => `connect/options/${file}`,
  ),
  ...['parse/options', 'batch/options'],
];
const INTERFACES = [
  'WebSocketReadableOptions',
  'ParseOptions',
  'BatchOptions',
  'ResolvedWebSocketOptions',
  'Heartbeat',
  'Reply',
  'SubscribeStep',
  'SequenceOptions',
  'DedupeOptions',
  'GrowingBackoff',
];

test('An editor shows the doc comment of each option, which a table has', () => {
  const paths = FILES.map((file) => join(ROOT, 'lib', `${file}.ts`));
  const program = ts.createProgram(paths, {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    strict: true,
    skipLibCheck: true,
    // The options need no types of Node to have their comments.
    types: [],
    lib: ['lib.es2023.d.ts'],
  });
  const checker = program.getTypeChecker();
  const found = new Map<string, readonly ts.Symbol[]>();
  for (const path of paths) {
    program.getSourceFile(path)!.forEachChild((node) => {
      if (!ts.isInterfaceDeclaration(node)) return;
      found.set(node.name.text, checker.getTypeAtLocation(node).getProperties());
    });
  }
  const all = INTERFACES.flatMap((name) => found.get(name)!.map((option) => ({ name, option })));
  const bare = all.filter(({ option }) => option.getDocumentationComment(checker).length === 0);
  assert.deepEqual(
    bare.map(({ name, option }) => `${name}.${option.name}`),
    [],
  );
  const names = all.map(({ option }) => option.name);
  for (const name of [
    'intervalMs',
    'pongTimeoutMs',
    'maxBufferedFrames',
    'tls',
    'clock',
    'initialMs',
    'by',
    'send',
    'recordsPath',
    'lingerMs',
  ]) {
    assert.ok(names.includes(name), name);
  }
});
