/**
 * For `node --import`: prints, when the process ends, the seconds of CPU that it took since its first socket to a
 * server, as JSON to descriptor 3. So neither start-up nor loading counts.
 */
import { subscribe } from 'node:diagnostics_channel';
import { writeSync } from 'node:fs';

let from;
subscribe('net.client.socket', () => {
  from ??= process.cpuUsage();
});
process.on('exit', () => {
  const { user, system } = process.cpuUsage(from);
  writeSync(3, JSON.stringify({ seconds: (user + system) / 1e6 }));
});
