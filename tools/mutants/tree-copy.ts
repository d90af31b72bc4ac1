import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compile, compileFile } from '../../test/compile.js';

/**
 * A copy of the working tree, which may be changed: the tree itself never is. What is built or installed is linked, and what
 * tests run is compiled beforehand, since a test then starts in a third of the time.
 */
export class TreeCopy {
  readonly folder: string;

  /** @param files from the root */
  constructor(root: string, files: readonly string[], folder: string) {
    this.folder = folder;
    for (const file of files) {
      mkdirSync(join(folder, dirname(file)), { recursive: true });
      copyFileSync(join(root, file), join(folder, file));
    }
    for (const name of linkedOf(root)) {
      mkdirSync(join(folder, dirname(name)), { recursive: true });
      symlinkSync(join(root, name), join(folder, name));
    }
  }

  /** To be called once, before tests run. */
  async compile(): Promise<void> {
    await compile(this.folder);
  }

  read(file: string): string {
    return readFileSync(join(this.folder, file), 'utf8');
  }

  /** Does something while a file holds another text. */
  async with<T>(file: string, text: string, work: () => Promise<T>): Promise<T> {
    const before = this.read(file);
    const write = async (now: string): Promise<void> => {
      writeFileSync(join(this.folder, file), now);
      await compileFile(this.folder, file);
    };
    try {
      await write(text);
      return await work();
    } finally {
      await write(before);
    }
  }
}

/** All files of the working tree that git knows, or would take. */
export function filesOf(root: string): string[] {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const files = execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28 }).split('\0');
  return files.filter((file) => file !== '' && existsSync(join(root, file)));
}

/** What is not copied: all that is built except what tests run. */
function linkedOf(root: string): string[] {
  const built = existsSync(join(root, 'build')) ? readdirSync(join(root, 'build')) : [];
  const inBuild = built.filter((name) => name !== 'suite').map((name) => join('build', name));
  return [...['node_modules', 'dist'].filter((name) => existsSync(join(root, name))), ...inBuild];
}
