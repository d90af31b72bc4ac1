import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A copy of the working tree, which may be changed: the tree itself never is. What is built or installed is linked. */
export class TreeCopy {
  readonly folder: string;

  /** @param files from the root */
  constructor(root: string, files: readonly string[], folder: string) {
    this.folder = folder;
    for (const file of files) {
      mkdirSync(join(folder, dirname(file)), { recursive: true });
      copyFileSync(join(root, file), join(folder, file));
    }
    for (const name of LINKED) {
      if (existsSync(join(root, name))) symlinkSync(join(root, name), join(folder, name));
    }
  }

  read(file: string): string {
    return readFileSync(join(this.folder, file), 'utf8');
  }

  /** Does something while a file holds another text. */
  async with<T>(file: string, text: string, work: () => Promise<T>): Promise<T> {
    const before = this.read(file);
    writeFileSync(join(this.folder, file), text);
    try {
      return await work();
    } finally {
      writeFileSync(join(this.folder, file), before);
    }
  }
}

/** All files of the working tree that git knows, or would take. */
export function filesOf(root: string): string[] {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const files = execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28 }).split('\0');
  return files.filter((file) => file !== '' && existsSync(join(root, file)));
}

const LINKED = ['node_modules', 'dist', 'build'];
