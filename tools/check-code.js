// `npm run typecheck`: what the compiler finds, and the rules of ESLint that look at types. Both use one program of the
// compiler's, which takes most of the time: ESLint by itself would read and check everything once more.
import { join } from 'node:path';
import { ESLint } from 'eslint';
import ts from 'typescript';

const root = join(import.meta.dirname, '..');

const { fileNames, options, errors } = configured('tsconfig.json');
const program = ts.createProgram(fileNames, options);
report([...errors, ...ts.getPreEmitDiagnostics(program)]);
// The live view is JavaScript for a browser, with its types in comments.
const view = configured('tsconfig.view.json');
report([...view.errors, ...ts.getPreEmitDiagnostics(ts.createProgram(view.fileNames, view.options))]);

const eslint = new ESLint({
  cwd: root,
  overrideConfig: {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { project: null, programs: [program] } },
  },
});
const results = await eslint.lintFiles(['.']);
if (results.some(({ errorCount, warningCount }) => errorCount + warningCount > 0)) {
  const { format } = await eslint.loadFormatter('stylish');
  console.error(await format(results));
  process.exitCode = 1;
}

function configured(name) {
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (found) => report([found]) };
  return ts.getParsedCommandLineOfConfigFile(join(root, name), {}, host);
}

/** Ends it with what the compiler found, if it found anything. */
function report(found) {
  if (found.length === 0) return;
  const host = { getCurrentDirectory: () => root, getCanonicalFileName: (name) => name, getNewLine: () => '\n' };
  console.error(ts.formatDiagnosticsWithColorAndContext(found, host));
  process.exit(1);
}
