/** One contender, once: `contend.ts NAME URL PATH`. Prints what it took as JSON: records, seconds, CPU seconds, peak RSS. */
import { CONTENDERS } from './contenders.js';

const [name, url, path] = process.argv.slice(2) as [string, string, string];
const contender = CONTENDERS[name];
if (contender === undefined) throw new Error(`There is no contender ${name}.`);
// The modules are loaded before the clock runs.
await import(new URL('../../dist/index.js', import.meta.url).href);
const startedAt = performance.now();
const records = await contender({ url, path });
const seconds = (performance.now() - startedAt) / 1000;
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
process.stdout.write(
  `${JSON.stringify({ records, seconds, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, maxRssMiB: maxRSS / 1024 })}\n`,
);
