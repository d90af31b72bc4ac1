import ts from 'typescript';
import { type Edit, MUTATORS } from './mutators.js';

/** One small change of one file that some test should notice. */
export interface Mutant extends Edit {
  /** Its path from the root of the project. */
  readonly file: string;
  /** What kind of change it is: a key of `MUTATORS`. */
  readonly kind: string;
  /** The line in which it begins, from 1, and the one in which it ends. */
  readonly line: number;
  readonly lastLine: number;
  /** The line as it stands and as the mutant has it, trimmed; `…` stands for more lines. */
  readonly before: string;
  readonly after: string;
  /** The line above, trimmed: what tells lines apart that read the same. */
  readonly behind: string;
}

/** Every mutant of a file, in the order in which they stand there. */
export function mutantsOf(file: string, text: string): Mutant[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const found = new Map<string, Mutant>();
  const visit = (node: ts.Node): void => {
    if (isForTypesAlone(node)) return;
    for (const [kind, mutate] of Object.entries(MUTATORS)) {
      for (const edit of mutate(node)) {
        const key = `${edit.start} ${edit.end} ${edit.replacement}`;
        if (!found.has(key)) found.set(key, { ...edit, file, kind, ...linesOf(source, edit) });
      }
    }
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(source, visit);
  return [...found.values()].sort((one, other) => one.start - other.start || one.end - other.end);
}

/** The text of its file with a mutant in it. */
export function applied(text: string, { start, end, replacement }: Edit): string {
  return text.slice(0, start) + replacement + text.slice(end);
}

function isForTypesAlone(node: ts.Node): boolean {
  return (
    ts.isTypeNode(node) ||
    ts.isImportDeclaration(node) ||
    ts.isExportDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node)
  );
}

function linesOf(source: ts.SourceFile, edit: Edit): Pick<Mutant, 'line' | 'lastLine' | 'before' | 'after' | 'behind'> {
  const line = source.getLineAndCharacterOfPosition(edit.start).line;
  const lastLine = source.getLineAndCharacterOfPosition(edit.end).line;
  const starts = source.getLineStarts();
  const from = starts[line]!;
  const to = starts[lastLine + 1] ?? source.text.length;
  const [before, ...others] = source.text.slice(from, to).trim().split('\n');
  const after = applied(source.text, edit).slice(from, to + edit.replacement.length - (edit.end - edit.start));
  return {
    line: line + 1,
    lastLine: lastLine + 1,
    before: others.length === 0 ? before! : `${before} …`,
    after: after.trim().replaceAll(/\s+/g, ' '),
    behind: source.text.slice(starts[line - 1] ?? 0, from).trim(),
  };
}
