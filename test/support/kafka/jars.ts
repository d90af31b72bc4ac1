import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

/** Why there can be no broker on this machine, as a clause; `undefined` when there can. */
export function missingTool(): string | undefined {
  if (!isThere('java', '-version')) return 'there is no Java on this machine';
  if (!existsSync(FOLDER) && !isThere('mvn', '-version')) return 'there is no Maven on this machine';
  return undefined;
}

/**
 * The class path of the broker and its tools. Maven fetches the jars (54 MB) when they are wanted for the first time;
 * they stay in `node_modules/.cache`.
 *
 * @throws {Error} when a tool is missing, or Maven fails twice
 */
export async function kafkaClassPath(): Promise<string> {
  const missing = missingTool();
  if (missing !== undefined) {
    throw new Error(`An Apache Kafka broker needs Java 17 or later and Maven: ${missing}. Install them and try again.`);
  }
  if (!existsSync(FOLDER)) await fetchOnce();
  return join(FOLDER, '*');
}

/** Test files run in processes of their own, and one Maven at a time is enough: who makes the lock fetches. */
async function fetchOnce(): Promise<void> {
  mkdirSync(CACHE, { recursive: true });
  const giveUpAt = Date.now() + FETCH_TIMEOUT_MS;
  while (!tryLock()) {
    if (Date.now() > giveUpAt) throw new Error(`Another process fetches the jars for too long. Remove ${LOCK}.`);
    await delay(POLL_MS);
    if (existsSync(FOLDER)) return;
  }
  try {
    if (!existsSync(FOLDER)) await fetchJars();
  } finally {
    rmSync(LOCK, { recursive: true, force: true });
  }
}

function tryLock(): boolean {
  try {
    mkdirSync(LOCK);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function fetchJars(): Promise<void> {
  const part = `${FOLDER}.part`;
  const args = ['-q', '-B', '-f', POM, 'dependency:copy-dependencies', `-DoutputDirectory=${part}`];
  for (let attempt = 1; ; attempt++) {
    rmSync(part, { recursive: true, force: true });
    try {
      await promisify(execFile)('mvn', args, { timeout: FETCH_TIMEOUT_MS });
      renameSync(part, FOLDER);
      return;
    } catch (error) {
      if (attempt === ATTEMPTS) {
        const { stdout, stderr } = error as { stdout?: string; stderr?: string };
        throw new Error(`Maven could not fetch the jars of Apache Kafka: ${stdout}${stderr}`, { cause: error });
      }
    }
  }
}

function isThere(command: string, argument: string): boolean {
  return spawnSync(command, [argument], { stdio: 'ignore' }).status === 0;
}

const POM = join(import.meta.dirname, 'pom.xml');
const CACHE = join(import.meta.dirname, '../../../node_modules/.cache/spillway-kafka');
/** Other jars, another folder. */
const FOLDER = join(CACHE, createHash('sha256').update(readFileSync(POM)).digest('hex').slice(0, 12));
const LOCK = join(CACHE, 'fetching');
const ATTEMPTS = 2;
const FETCH_TIMEOUT_MS = 300_000;
const POLL_MS = 200;
