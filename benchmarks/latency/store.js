/**
 * One run of the latency benchmark, in a process of its own: `node store.js URL PATH LINGER WARMUP_MS`, where `LINGER` is
 * that of the source, `default` for none. Prints, as JSON, how many milliseconds each record after the warm-up took from
 * when its frame was sent until the file had it, and the CPU time that all took, in seconds.
 */
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createSource, field, jsonlFile } from '../../dist/index.js';

const [url, path, linger, warmUpMs] = process.argv.slice(2);
const sentAt = field('at');
const file = jsonlFile(path);
const latencies = [];
let beganAt;

/** Hands each page on, and looks at the clock when it is stored. */
const timed = new Writable({
  objectMode: true,
  highWaterMark: 1,
  write(page, _encoding, callback) {
    file.write(page, (error) => {
      const now = Number(process.hrtime.bigint()) / 1e6;
      for (const message of page.messages) {
        const at = sentAt(message);
        beganAt ??= at;
        if (at - beganAt >= Number(warmUpMs)) latencies.push(now - at);
      }
      callback(error);
    });
  },
  final(callback) {
    file.end();
    once(file, 'close').then(() => callback(), callback);
  },
});

const config = { url, unbounded: true, ...(linger !== 'default' && { linger }) };
const before = process.cpuUsage();
await pipeline(createSource(config).pages(), timed);
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ latencies, cpuSeconds: (user + system) / 1e6 }));
