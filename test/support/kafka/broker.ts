import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { kafkaClassPath } from './jars.js';
import { freePorts, isFree } from './ports.js';
import { answers } from './probe.js';

export interface BrokerOptions {
  /** @default a free one */
  readonly port?: number | undefined;
  /** Where its files are; it is kept afterwards. @default a new folder, which goes away with the broker */
  readonly folder?: string | undefined;
  /** Where its topics are. @default inside of `folder` */
  readonly dataFolder?: string | undefined;
  /** Further lines for `server.properties`. */
  readonly properties?: Readonly<Record<string, string>> | undefined;
  /** Further listeners by name, each on a free port of its own: `{ SECURE: 'SASL_SSL' }`. */
  readonly listeners?: Readonly<Record<string, string>> | undefined;
  /** Where clients are told that a listener is, by its name. @default where it is */
  readonly advertised?: Readonly<Record<string, string>> | undefined;
  /** Further arguments for the format of the storage: `['--add-scram', …]`. */
  readonly formatArguments?: readonly string[] | undefined;
  /** Flags for Java. @default those that start fast */
  readonly javaFlags?: readonly string[] | undefined;
}

/**
 * Starts Apache Kafka, a broker that is its own controller, on loopback, and waits until it answers.
 *
 * @throws {Error} when Java or Maven is missing, the port is taken, or the broker does not come up
 */
export async function startBroker(options: BrokerOptions = {}): Promise<Broker> {
  const classPath = await kafkaClassPath();
  const names = Object.keys(options.listeners ?? {});
  const [port = 0, controller = 0, ...others] = await freePorts(2 + names.length);
  const ports = new Map([
    ['PLAINTEXT', options.port ?? port],
    ['CONTROLLER', controller],
    ...names.map((name, index) => [name, others[index]!] as const),
  ]);
  const broker = new Broker(options, classPath, ports);
  try {
    await broker.format();
    await broker.start();
  } catch (error) {
    await broker.stop();
    throw error;
  }
  return broker;
}

/** A broker in a process of its own; made by {@link startBroker}. */
export class Broker {
  /** Where its files are. */
  readonly folder: string;
  readonly #options: BrokerOptions;
  readonly #classPath: string;
  readonly #ports: ReadonlyMap<string, number>;
  readonly #properties: string;
  readonly #log: string;
  #process: ChildProcess | undefined;
  #guard: ChildProcess | undefined;

  constructor(options: BrokerOptions, classPath: string, ports: ReadonlyMap<string, number>) {
    this.#options = options;
    this.#classPath = classPath;
    this.#ports = ports;
    if (options.folder !== undefined) mkdirSync(options.folder, { recursive: true });
    this.folder = options.folder ?? mkdtempSync(join(tmpdir(), 'spillway-kafka-'));
    this.#properties = join(this.folder, 'server.properties');
    this.#log = join(this.folder, 'broker.log');
    writeFileSync(this.#properties, this.#serverProperties());
    writeFileSync(join(this.folder, 'log4j2.properties'), LOGGING);
  }

  /** `127.0.0.1:port`: what clients are given. */
  get address(): string {
    return this.addressOf('PLAINTEXT');
  }

  /** The address of one of the `listeners`. */
  addressOf(listener: string): string {
    const port = this.#ports.get(listener);
    if (port === undefined) throw new Error(`The broker has no listener ${listener}.`);
    return `127.0.0.1:${port}`;
  }

  /** The number of its process. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** What it logged so far. */
  get log(): string {
    return readFileSync(this.#log, 'utf8');
  }

  /** Makes the storage ready, once; a folder that was used before stays as it is. */
  async format(): Promise<void> {
    const id = this.#clusterId() ?? randomBytes(16).toString('base64url');
    const args = ['format', '--standalone', '--ignore-formatted', `--cluster-id=${id}`, '-c', this.#properties];
    const { formatArguments = [] } = this.#options;
    await promisify(execFile)('java', this.#java('kafka.tools.StorageTool', ...args, ...formatArguments));
  }

  /** Starts its process, and waits until it answers: the first time, or again after `kill()`, on the same files. */
  async start(): Promise<void> {
    const port = this.#ports.get('PLAINTEXT') as number;
    if (!(await isFree(port))) throw new Error(`Port ${port} is taken: stop what listens there, or take another one.`);
    const log = openSync(this.#log, 'a');
    const child = spawn('java', this.#java('kafka.Kafka', this.#properties), { stdio: ['ignore', log, log] });
    closeSync(log);
    this.#process = child;
    await once(child, 'spawn');
    this.#guard = guardOf(child);
    const giveUpAt = Date.now() + START_TIMEOUT_MS;
    while (!(await answers(port))) {
      if (hasEnded(child)) throw new Error(`The broker ended while it was starting.\n${tail(this.log)}`);
      if (Date.now() > giveUpAt) throw new Error(`The broker does not answer.\n${tail(this.log)}`);
      await delay(POLL_MS);
    }
  }

  /** Resolves once its process has ended by itself. */
  async whenEnded(): Promise<void> {
    const child = this.#process;
    if (child !== undefined && !hasEnded(child)) await once(child, 'exit');
  }

  /** Ends its process with SIGKILL: what a crash looks like. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Shuts it down in good order; `start()` starts it again, on the same files. */
  async end(): Promise<void> {
    await this.#end('SIGTERM');
  }

  /** Stops its process where it is: it is still there, and answers nothing. */
  pause(): void {
    this.#process?.kill('SIGSTOP');
  }

  /** Lets it go on after `pause()`. */
  resume(): void {
    this.#process?.kill('SIGCONT');
  }

  /** Shuts it down in good order, and removes its folder unless that was given. */
  async stop(): Promise<void> {
    this.resume();
    await this.#end('SIGTERM');
    if (this.#options.folder === undefined) rmSync(this.folder, { recursive: true, force: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined) return;
    this.#guard?.kill('SIGKILL');
    if (hasEnded(child)) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await exited;
    clearTimeout(timer);
  }

  #java(main: string, ...args: readonly string[]): string[] {
    const logging = `-Dlog4j2.configurationFile=${join(this.folder, 'log4j2.properties')}`;
    return [...(this.#options.javaFlags ?? FAST_START), logging, '-cp', this.#classPath, main, ...args];
  }

  /** What the storage says that the cluster is called, if it was made ready before. */
  #clusterId(): string | undefined {
    const path = join(this.#dataFolder, 'meta.properties');
    if (!existsSync(path)) return undefined;
    return /^cluster\.id=(\S+)$/m.exec(readFileSync(path, 'utf8'))?.[1];
  }

  get #dataFolder(): string {
    return this.#options.dataFolder ?? join(this.folder, 'data');
  }

  #serverProperties(): string {
    const { properties = {}, listeners = {}, advertised = {} } = this.#options;
    const protocols = { PLAINTEXT: 'PLAINTEXT', CONTROLLER: 'PLAINTEXT', ...listeners };
    const names = [...this.#ports.keys()];
    const addresses = names.map((name) => `${name}://${this.addressOf(name)}`);
    const told = names.filter((name) => name !== 'CONTROLLER');
    return lines({
      'process.roles': 'broker,controller',
      'node.id': '1',
      listeners: addresses.join(','),
      'advertised.listeners': told.map((name) => `${name}://${advertised[name] ?? this.addressOf(name)}`).join(','),
      'listener.security.protocol.map': Object.entries(protocols)
        .map(([name, protocol]) => `${name}:${protocol}`)
        .join(','),
      'inter.broker.listener.name': 'PLAINTEXT',
      'controller.listener.names': 'CONTROLLER',
      'controller.quorum.bootstrap.servers': this.addressOf('CONTROLLER'),
      'log.dirs': this.#dataFolder,
      // One broker has one copy of everything.
      'offsets.topic.replication.factor': '1',
      'offsets.topic.num.partitions': '1',
      'transaction.state.log.replication.factor': '1',
      'transaction.state.log.min.isr': '1',
      'transaction.state.log.num.partitions': '1',
      'group.initial.rebalance.delay.ms': '0',
      // A broker that crashed may come back once its old session is over.
      'broker.session.timeout.ms': '2000',
      'broker.heartbeat.interval.ms': '500',
      ...properties,
    });
  }
}

/**
 * Ends the broker when this process is gone, however it went: its standard input is a pipe from here, which ends with
 * us. Java itself does not look.
 */
function guardOf({ pid }: ChildProcess): ChildProcess {
  const script = `process.stdin.on('end', () => process.kill(${pid}, 'SIGKILL')).resume()`;
  const guard = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  guard.unref();
  (guard.stdin as unknown as { unref(): void }).unref();
  return guard;
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function lines(properties: Readonly<Record<string, string>>): string {
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n`)
    .join('');
}

function tail(text: string): string {
  return text.split('\n').slice(-20).join('\n');
}

const FAST_START = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
const LOGGING = lines({
  'appender.out.type': 'Console',
  'appender.out.name': 'out',
  'appender.out.layout.type': 'PatternLayout',
  'appender.out.layout.pattern': '%d{ISO8601} %p %m (%c)%n',
  'rootLogger.level': 'warn',
  'rootLogger.appenderRef.out.ref': 'out',
});
const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 30_000;
const POLL_MS = 50;
