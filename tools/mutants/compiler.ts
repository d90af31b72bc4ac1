import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { applied, type Mutant } from './mutants-of.js';

/** TypeScript, asked whether it takes a mutant: what it refuses nobody can write, so no test need notice it. */
export class Compiler {
  readonly #folder: string;
  readonly #service: ts.LanguageService;
  #changed: { readonly path: string; readonly text: string; readonly version: number } | undefined;

  /** @param folder holds the tree and its tsconfig.json */
  constructor(folder: string) {
    this.#folder = folder;
    const config = ts.readConfigFile(join(folder, 'tsconfig.json'), ts.sys.readFile);
    const { options } = ts.parseJsonConfigFileContent({ ...config.config, include: ['lib'] }, ts.sys, folder);
    const files = new Set<string>();
    this.#service = ts.createLanguageService({
      getCompilationSettings: () => options,
      getScriptFileNames: () => [...files.add(this.#changed!.path)],
      getScriptVersion: (path) => (path === this.#changed?.path ? String(this.#changed.version) : '0'),
      getScriptSnapshot: (path) => {
        const text = path === this.#changed?.path ? this.#changed.text : ts.sys.readFile(path);
        return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
      },
      getCurrentDirectory: () => folder,
      getDefaultLibFileName: ts.getDefaultLibFilePath,
      fileExists: ts.sys.fileExists,
      readFile: ts.sys.readFile,
      directoryExists: ts.sys.directoryExists,
      getDirectories: ts.sys.getDirectories,
      realpath: ts.sys.realpath,
    });
  }

  takes(mutant: Mutant): boolean {
    const path = join(this.#folder, mutant.file);
    const text = applied(readFileSync(path, 'utf8'), mutant);
    this.#changed = { path, text, version: (this.#changed?.version ?? 0) + 1 };
    // What is used no more may be taken out: that is a mutant like any other.
    return this.#service.getSemanticDiagnostics(path).every(({ reportsUnnecessary }) => reportsUnnecessary);
  }
}
