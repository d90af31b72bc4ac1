import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

/** One import, export-from or dynamic import of a file. */
export interface Import {
  /** The specifier as it is written. */
  readonly specifier: string;
  /** The file that it names, from the root of the library, for a relative specifier. */
  readonly file: string | undefined;
  /** Whether nothing of it is left at run time. */
  readonly isTypeOnly: boolean;
  /** Whether it is handed on: `export … from`. */
  readonly isReExport: boolean;
}

/** A source file of the library: its path from the root of the library, its text without comments, its imports. */
export interface SourceFile {
  readonly path: string;
  readonly code: string;
  readonly imports: readonly Import[];
  /** Whether it holds nothing but `export … from`. */
  readonly isBarrel: boolean;
}

/** Reads every source file below `root`. */
export function readSources(root: string): SourceFile[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .sort()
    .map((path) => readSource(root, path));
}

function readSource(root: string, path: string): SourceFile {
  const source = ts.createSourceFile(path, readFileSync(join(root, path), 'utf8'), ts.ScriptTarget.ES2022, true);
  const imports: Import[] = [];
  const add = (specifier: ts.Expression, isTypeOnly: boolean, isReExport: boolean): void => {
    const text = ts.isStringLiteralLike(specifier) ? specifier.text : specifier.getText();
    const file = text.startsWith('.') ? join(dirname(path), text).replace(/\.js$/, '.ts') : undefined;
    imports.push({ specifier: text, file, isTypeOnly, isReExport });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnlyImport(node.importClause), false);
    else if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
      add(node.moduleSpecifier, node.isTypeOnly, true);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0]!, false, false);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node.argument.literal as ts.StringLiteral, true, false);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  const isBarrel =
    source.statements.length > 0 &&
    source.statements.every(
      (statement) => ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined,
    );
  return { path, code: withoutComments(source), imports, isBarrel };
}

function isTypeOnlyImport(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const { name, namedBindings } = clause;
  return (
    name === undefined &&
    namedBindings !== undefined &&
    ts.isNamedImports(namedBindings) &&
    namedBindings.elements.every((element) => element.isTypeOnly)
  );
}

function withoutComments(source: ts.SourceFile): string {
  return ts.createPrinter({ removeComments: true }).printFile(source);
}
