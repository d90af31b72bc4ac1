// `npm test`: the suite, and beside it Biome. What that finds is said at once, and ends the suite. A suite that passes says its own
// summary last. The compiler and ESLint use one core for most of a minute: `npm run typecheck`, and the gate.
import { spawn } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

const suite = run([process.execPath, 'test/run.js'], 'inherit');
const lint = runLint();
const [suiteStatus, lintStatus] = await Promise.all([suite.ended, lint]);
process.exitCode = lintStatus || suiteStatus;

async function runLint() {
  const biome = run(npm(['run', 'lint']), 'pipe');
  let said = '';
  for (const stream of [biome.child.stdout, biome.child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => (said += text));
  }
  const status = await biome.ended;
  if (status === 0) return 0;
  suite.child.kill();
  await suite.ended;
  console.error(said);
  return status;
}

/** What runs npm: the one that runs this, or the one on the path. */
function npm(args) {
  const path = process.env['npm_execpath'];
  return path === undefined ? ['npm', ...args] : [process.execPath, path, ...args];
}

function run([file, ...args], stdio) {
  const child = spawn(file, args, { cwd: root, stdio: ['ignore', stdio, stdio] });
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve(status ?? 1));
  });
  return { child, ended };
}
