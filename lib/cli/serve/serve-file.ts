import { ConfigError } from '../../errors.js';
import { systemClock } from '../../internal/clock.js';
import { createFeedServer, type FeedClient, type FeedServer } from '../../testing/index.js';
import { EXIT, type ExitStatus } from '../process/exit-status.js';
import { onStopSignals } from '../process/signals.js';
import type { Output } from '../terminal/output.js';
import type { ServeOptions } from './options.js';
import { checkRecording } from './recording.js';
import { scheduled } from './schedule.js';
import { ServeReporter } from './serve-reporter.js';

/**
 * Serves a file until a signal comes; each client has its own way through the file.
 *
 * @throws {InputError} when the file cannot be served at all
 * @throws {ConfigError} when the port cannot be had
 */
export async function serveFile(file: string, options: ServeOptions, output: Output): Promise<ExitStatus> {
  const reporter = new ServeReporter(output, options);
  const stopping = new AbortController();
  const stopped = new Promise<void>((resolve) => void stopping.signal.addEventListener('abort', () => resolve()));
  const unlisten = onStopSignals({
    first(signal) {
      reporter.stopping(signal);
      stopping.abort();
    },
    again: () => process.exit(EXIT.interrupted),
  });
  try {
    await checkRecording(file, options);
    const plays = new Set<Promise<void>>();
    let hasFailed = false;
    const server = await listen(options, async (client) => {
      const play = playTo(client, file, options, { reporter, stop: stopping.signal }).catch((error: unknown) => {
        hasFailed = true;
        reporter.failed(client.number, error);
      });
      plays.add(play);
      await play;
      plays.delete(play);
    });
    process.stdout.write(`${server.url}\n`);
    reporter.serving(file);
    await stopped;
    await withinGrace(Promise.all(plays));
    await server.close();
    return hasFailed ? EXIT.failed : EXIT.ok;
  } finally {
    unlisten();
  }
}

async function playTo(
  client: FeedClient,
  file: string,
  options: ServeOptions,
  { reporter, stop }: { readonly reporter: ServeReporter; readonly stop: AbortSignal },
): Promise<void> {
  reporter.connected(client.number);
  const signal = AbortSignal.any([stop, client.signal]);
  let frames = 0;
  let isDropped = false;
  try {
    if (options.onSubscribe === true) await client.receive({ signal });
    const { rate } = options;
    const resumed = options.resumeBy === undefined ? undefined : cursorIn(client.request.url);
    const messages = scheduled(file, options, client, {
      resumed,
      clock: systemClock,
      signal,
      onTorn: (error) => reporter.torn(error),
    });
    frames = await client.sendMany(messages, { signal, ...(rate === undefined ? {} : { rate }) });
    isDropped = frames === options.dropEvery && client.isOpen && !stop.aborted;
    if (isDropped) void client.drop();
  } catch (error) {
    // That somebody left, or all is to end, is no failure.
    if (!signal.aborted) {
      void client.close(1011, 'The file cannot be served');
      throw error;
    }
  }
  if (client.isOpen) {
    if (stop.aborted) void client.close(1001, 'The server ends');
    else void client.close(1000);
  }
  reporter.ended(client.number, frames, await client.closed, isDropped);
}

/** From where a client asks to go on. */
function cursorIn(url: string): string | undefined {
  return new URL(url, 'ws://server').searchParams.get('cursor') ?? undefined;
}

async function listen(
  { host, port }: ServeOptions,
  onConnection: (client: FeedClient) => Promise<void>,
): Promise<FeedServer> {
  try {
    return await createFeedServer({ host, port, onConnection, ref: true });
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    const message = `Nobody can listen at ${host}, port ${port}: ${error.message}. Choose another --port (0 takes a free one) or --host.`;
    throw new ConfigError([{ path: '--port', message }], { cause: error });
  }
}

/** Waits for the clients to answer the close, but not for ever. */
async function withinGrace(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, GRACE_MS);
  });
  await Promise.race([work, over]);
  clearTimeout(timer);
}

const GRACE_MS = 1_000;
