import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { kafkaClassPath } from './jars.js';

/**
 * The values that Kafka's own console consumer prints of a topic of one partition, with `isolation.level: read_committed`: what another
 * program sees, by code that is not ours.
 *
 * @param count how many there are; it ends earlier when nothing comes for some seconds
 */
export async function consoleConsumer(address: string, topic: string, count: number): Promise<string[]> {
  const { stdout } = await promisify(execFile)(
    'java',
    [
      ...['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', await kafkaClassPath()],
      'org.apache.kafka.tools.consumer.ConsoleConsumer',
      ...['--bootstrap-server', address, '--topic', topic, '--partition', '0', '--offset', 'earliest'],
      ...['--isolation-level', 'read_committed', '--max-messages', String(count), '--timeout-ms', '20000'],
    ],
    { maxBuffer: 1024 * 1024 * 1024 },
  );
  return stdout.split('\n').filter((line) => line !== '');
}
