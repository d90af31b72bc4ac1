/**
 * `npm run kafka`: Apache Kafka on this machine, until Ctrl-C.
 *
 *     npm run kafka -- [--port 9092] [--folder PATH]
 *
 * `--port 0` takes a free port. Its files go into a folder of their own, which is removed at the end; with `--folder`
 * they stay there, and are used again the next time. `--fetch` fetches the jars and does no more.
 */
import { parseArgs } from 'node:util';
import { startBroker } from './broker.js';
import { kafkaClassPath } from './jars.js';

/** A topic that nobody has made before has some partitions. */
const DEMO = { 'num.partitions': '3' };

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '9092' },
    folder: { type: 'string' },
    fetch: { type: 'boolean', default: false },
  },
});

try {
  await kafkaClassPath();
  if (!values.fetch) await serve();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

async function serve(): Promise<void> {
  const asked = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
  console.error('Starting Apache Kafka …');
  const broker = await startBroker({ port: Number(values.port) || undefined, folder: values.folder, properties: DEMO });
  console.log(broker.address);
  console.error(`It answers. Its files are in ${broker.folder}. Stop it with Ctrl-C.`);
  await asked;
  await broker.stop();
}
