import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** A contender in another language: a program that is called with a URL and the path of a file. */
export interface Program {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
}

/** How a language's contenders are made. */
interface Language {
  /** Their names, and how each is started from the folder that they are built in. */
  readonly programs: Readonly<Record<string, (built: string) => Omit<Program, 'name'>>>;
  /** Builds all of them; what it throws says why there are none. */
  build(sources: string, built: string): void;
}

const LANGUAGES: Readonly<Record<string, Language>> = {
  rust: {
    programs: {
      'Rust: fastwebsockets + serde_json': (built) => ({ file: join(built, 'release/fastwebsockets'), args: [] }),
      'Rust: tungstenite + serde_json': (built) => ({ file: join(built, 'release/tungstenite'), args: [] }),
    },
    build: (cwd, built) => run('cargo', ['build', '--release', '--locked', '--target-dir', built], cwd),
  },
  go: {
    programs: {
      'Go: gobwas/ws + json.Valid': (built) => ({ file: join(built, 'gobwas'), args: [] }),
      'Go: coder/websocket + json.Valid': (built) => ({ file: join(built, 'coder'), args: [] }),
    },
    build: (cwd, built) => run('go', ['build', '-buildvcs=false', '-o', `${built}/`, './...'], cwd),
  },
  python: {
    programs: {
      'Python: picows + orjson': (built) => ({
        file: pythonOf(built),
        args: [join(import.meta.dirname, 'python/picows_lines.py')],
      }),
    },
    build(cwd, built) {
      if (hasModules('python3') || hasModules(join(built, 'bin/python'))) return;
      run('python3', ['-m', 'venv', built], cwd);
      run(join(built, 'bin/python'), ['-m', 'pip', 'install', '--quiet', '-r', 'requirements.txt'], cwd);
    },
  },
};

/**
 * The contenders in other languages whose names are wanted. They are built where that is not done; a language without its
 * tools, or without a network for what they need, is left out with a sentence.
 */
export function buildPrograms(isWanted: (name: string) => boolean): Program[] {
  return Object.entries(LANGUAGES).flatMap(([language, { programs, build }]) => {
    const wanted = Object.entries(programs).filter(([name]) => isWanted(name));
    if (wanted.length === 0) return [];
    const built = join(CACHE, language);
    mkdirSync(built, { recursive: true });
    try {
      build(join(import.meta.dirname, language), built);
    } catch (error) {
      console.error(`${wanted.map(([name]) => name).join(' and ')} left out: ${(error as Error).message}`);
      return [];
    }
    return wanted.map(([name, start]) => ({ name, ...start(built) }));
  });
}

/** Outside `build`, which every build of the package empties. */
const CACHE = join(import.meta.dirname, '../../node_modules/.cache/spillway-contenders');

/** The Python that has what the contender needs: the machine's, or one of its own. */
function pythonOf(built: string): string {
  return hasModules('python3') ? 'python3' : join(built, 'bin/python');
}

function hasModules(python: string): boolean {
  return spawnSync(python, ['-c', 'import orjson, picows, uvloop'], { stdio: 'ignore' }).status === 0;
}

function run(file: string, args: string[], cwd: string): void {
  console.error(`${file} ${args.slice(0, 2).join(' ')} …`);
  try {
    execFileSync(file, args, { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  } catch (error) {
    const { code, stderr } = error as { readonly code?: string; readonly stderr?: Buffer };
    if (code === 'ENOENT') throw new Error(`there is no \`${file}\` on the PATH.`);
    throw new Error(`\`${file} ${args[0]}\` failed: ${`${stderr}`.trim().split('\n').slice(-3).join(' ')}`);
  }
}
