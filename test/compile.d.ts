/** Below it lies the JavaScript of each file, with the file's own path. */
export const compiled: string;
/** The same for a copy of the project. */
export function compiledOf(root: string): string;
/** Where the JavaScript of a file is, from there. */
export function compiledName(file: string): string;
/** Compiles what is newer than its JavaScript. */
export function compile(root?: string): Promise<void>;
/** @param file from the root */
export function compileFile(root: string, file: string): Promise<void>;
