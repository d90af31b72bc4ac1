// `npm test`: the suite, and beside it Biome, the compiler and ESLint, which use one core for about a minute. What they find
// is said at once, and ends the suite. A suite that passes says its own summary last.
import { spawn } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

const suite = run([process.execPath, 'test/run.js'], 'inherit');
const checks = runChecks();
const [suiteStatus, checkStatus] = await Promise.all([suite.ended, checks]);
process.exitCode = checkStatus || suiteStatus;

async function runChecks() {
  for (const script of ['lint', 'typecheck']) {
    const check = run(npm(['run', script]), 'pipe');
    let said = '';
    for (const stream of [check.child.stdout, check.child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (said += text));
    }
    const status = await check.ended;
    if (status === 0) continue;
    suite.child.kill();
    await suite.ended;
    console.error(said);
    return status;
  }
  return 0;
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
