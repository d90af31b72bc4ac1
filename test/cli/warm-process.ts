// A process that runs the command again and again: each time its entry is evaluated anew, with the arguments, the variables
// and the folder of a message from its parent, until nothing holds the event loop. What a process would leave behind by
// ending (listeners, timers, its status) is taken away. The rest of the command is loaded once.
import { pathToFileURL } from 'node:url';
import type { WarmRun } from './warm.js';

const main = pathToFileURL(process.argv[2] as string).href;
const EMITTERS: readonly NodeJS.EventEmitter[] = [process, process.stdout, process.stderr];
const timers = new Set<NodeJS.Timeout>();
let runs = 0;
let atEnd: ((status: number) => void) | undefined;

for (const name of ['setTimeout', 'setInterval'] as const) {
  const arm = globalThis[name] as (...args: unknown[]) => NodeJS.Timeout;
  const noted = (...args: unknown[]): NodeJS.Timeout => {
    const timer = arm(...args);
    timers.add(timer);
    return timer;
  };
  Object.assign(globalThis, { [name]: Object.assign(noted, arm) });
}

process.on('message', ({ args, env, cwd, mark }: WarmRun) => {
  process.argv.splice(2, Infinity, ...args);
  for (const key of Object.keys(process.env)) delete process.env[key];
  Object.assign(process.env, env);
  process.chdir(cwd);
  const before = EMITTERS.map(listenersOf);
  atEnd = (status) => {
    for (const [emitter, event, listener] of EMITTERS.flatMap((emitter, index) => added(emitter, before[index]!))) {
      emitter.removeListener(event, listener);
      if (emitter === process && event === 'exit') listener(status);
    }
    for (const timer of timers) clearTimeout(timer);
    timers.clear();
    process.exitCode = undefined;
    process.stdout.write(mark);
    process.stderr.write(`${mark}${status}${mark}`);
  };
  // Its parent holds it while it waits, and only then.
  process.channel?.unref();
  void import(`${main}?${++runs}`);
});

process.on('beforeExit', () => {
  atEnd?.(Number(process.exitCode ?? 0));
  atEnd = undefined;
  process.channel?.ref();
});

type Listener = (...args: unknown[]) => void;

function listenersOf(emitter: NodeJS.EventEmitter): ReadonlyMap<string | symbol, readonly Listener[]> {
  return new Map(emitter.eventNames().map((event) => [event, emitter.rawListeners(event) as Listener[]]));
}

function added(
  emitter: NodeJS.EventEmitter,
  before: ReturnType<typeof listenersOf>,
): (readonly [NodeJS.EventEmitter, string | symbol, Listener])[] {
  return [...listenersOf(emitter)].flatMap(([event, listeners]) =>
    listeners
      .filter((listener) => before.get(event)?.includes(listener) !== true)
      .map((listener) => [emitter, event, listener] as const),
  );
}
