import { after, before, type TestContext } from 'node:test';
import { type Broker, type BrokerOptions, startBroker } from './broker.js';
import { kafkaClassPath, missingTool } from './jars.js';

/**
 * Why the tests on a real broker are left out, or false: what to give to `skip`. A broker takes ten seconds of CPU time to
 * start, so only who asks for them with `SPILLWAY_KAFKA=1`, or names a broker in `KAFKA_BROKERS`, gets them.
 *
 * @throws {Error} when they are asked for and no broker can be started here
 */
export async function noKafka(): Promise<string | false> {
  return BROKERS === undefined ? await noBroker() : false;
}

/** The same for tests that kill a broker, or give it settings of their own: `KAFKA_BROKERS` leaves them out, too. */
export async function noKafkaOfOurOwn(): Promise<string | false> {
  if (BROKERS !== undefined) return 'KAFKA_BROKERS names a broker that is not ours to stop or to set up';
  return await noBroker();
}

/** The address of the broker that `KAFKA_BROKERS` names, or of one that is there until the test has ended. */
export async function brokerAddress(t: TestContext): Promise<string> {
  return BROKERS ?? (await brokerFor(t)).address;
}

/** A broker that is there until the test has ended. */
export async function brokerFor(t: TestContext, options: BrokerOptions = {}): Promise<Broker> {
  const broker = await startBroker(options);
  t.after(() => broker.stop());
  return broker;
}

/**
 * One broker for all tests of the `describe()` that this is called in: the one that `KAFKA_BROKERS` names, or one that
 * is started before them and stopped after them.
 */
export function sharedBroker(options: BrokerOptions = {}): { readonly address: string; readonly broker: Broker } {
  let broker: Broker | undefined;
  if (BROKERS === undefined) {
    before(async () => {
      broker = await startBroker(options);
    });
    after(() => broker?.stop());
  }
  const started = (): Broker => {
    if (broker === undefined) throw new Error('The broker is there once the tests run.');
    return broker;
  };
  return {
    get address() {
      return BROKERS ?? started().address;
    },
    get broker() {
      return started();
    },
  };
}

/** Why tests that make a broker fail are left out: they take minutes, so only who asks for them gets them. */
export async function noFaults(): Promise<string | false> {
  if (process.env['SPILLWAY_KAFKA_FAULTS'] === '1') return await noKafkaOfOurOwn();
  return 'set SPILLWAY_KAFKA_FAULTS=1 to see what becomes of records when a broker fails, and of memory under load';
}

async function noBroker(): Promise<string | false> {
  if (process.env['SPILLWAY_KAFKA'] !== '1') return 'set SPILLWAY_KAFKA=1 for what is tested on a real broker';
  const missing = missingTool() ?? (await unfetched());
  if (missing === undefined) return false;
  throw new Error(`SPILLWAY_KAFKA=1 asks for the tests on a real broker, but ${missing}.`);
}

async function unfetched(): Promise<string | undefined> {
  try {
    await kafkaClassPath();
    return undefined;
  } catch (error) {
    return `its jars cannot be had: ${(error as Error).message.split('\n')[0]}`;
  }
}

const BROKERS = process.env['KAFKA_BROKERS'] || undefined;
