// A part of `npm run build`: of the declarations that TypeScript writes for every module, dist/ keeps those that a user's
// compiler comes to from the ways into the package. The others are more than half of all bytes of the package, and nobody
// can import them. Of a class it keeps what its users see: not what its kin and Node's streams call.
import { readdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

const root = join(import.meta.dirname, '..');
const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const reached = new Set();
const waiting = Object.values(exports).flatMap(({ types }) => (types === undefined ? [] : [join(root, types)]));
for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
  if (reached.has(path)) continue;
  reached.add(path);
  const text = withoutUnused(withoutInside(readFileSync(path, 'utf8')));
  writeFileSync(path, text);
  const { importedFiles } = ts.preProcessFile(text);
  for (const { fileName } of importedFiles) {
    if (fileName.startsWith('.')) waiting.push(join(dirname(path), fileName.replace(/\.js$/, '.d.ts')));
  }
}
prune(join(root, 'dist'));

/** Classes without protected members, and without those that streams have for Node alone: `_read`. */
function withoutInside(text) {
  const members = statementsOf(text).flatMap((one) => (ts.isClassDeclaration(one) ? [...one.members] : []));
  return without(text, members.filter(isInside));
}

function isInside(member) {
  if (ts.isConstructorDeclaration(member)) return false;
  const isProtected = member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ProtectedKeyword) === true;
  return isProtected || (ts.isIdentifier(member.name) && member.name.text.startsWith('_'));
}

/** The same without imports of names that nothing says any more. */
function withoutUnused(text) {
  const statements = statementsOf(text);
  const said = new Set();
  const note = (node) => {
    if (ts.isIdentifier(node)) said.add(node.text);
    ts.forEachChild(node, note);
  };
  for (const one of statements) if (!ts.isImportDeclaration(one)) note(one);
  const unused = statements.filter((one) => ts.isImportDeclaration(one) && isUnused(one, said));
  return without(text, unused);
}

function isUnused({ importClause }, said) {
  const names = importClause?.namedBindings?.elements?.map(({ name }) => name.text);
  return names !== undefined && importClause.name === undefined && !names.some((name) => said.has(name));
}

function statementsOf(text) {
  return ts.createSourceFile('x.d.ts', text, ts.ScriptTarget.Latest).statements;
}

function without(text, nodes) {
  return nodes.reduceRight((rest, { pos, end }) => rest.slice(0, pos) + rest.slice(end), text);
}

/** What is left of a folder without the declarations that nothing leads to; an empty one goes. */
function prune(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) prune(path);
    else if (path.endsWith('.d.ts') && !reached.has(path)) rmSync(path);
  }
  if (readdirSync(folder).length === 0) rmdirSync(folder);
}
