/**
 * The flow benchmark on every kind of feed, one after the other: `npm run bench:kinds`. `ROUNDS` says how many rounds each has;
 * words of contenders' names choose among them, and then nothing is written.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const KINDS = [{}, { BYTES: '2000' }, { BYTES: '40000' }, { TLS: '1' }, { DEFLATE: '1' }];

for (const kind of KINDS) {
  console.log(`\n${JSON.stringify(kind)}`);
  const args = ['--import', 'tsx', join(import.meta.dirname, 'flow.ts'), ...process.argv.slice(2)];
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit', env: { ...process.env, ...kind } });
  if (status !== 0) process.exit(status ?? 1);
}
