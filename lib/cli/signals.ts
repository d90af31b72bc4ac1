import type { EventEmitter } from 'node:events';

/** The signals that end a run in good order. */
export type StopSignal = 'SIGINT' | 'SIGTERM';

/** What becomes of them. */
interface StopSignalHandlers {
  /** The first one came: the run is to end in good order. */
  first(signal: StopSignal): void;
  /** Another one came: the process is to end now. */
  again(): void;
}

/** What {@link onStopSignals} depends on: for tests. */
interface StopSignalSurroundings {
  /** Who emits the signals. @default process */
  readonly emitter?: EventEmitter;
  /** Whether one SIGINT may arrive twice. @default under npm on a terminal */
  readonly echo?: boolean;
  /** Milliseconds that never go back. @default performance.now */
  readonly monotonic?: () => number;
}

/**
 * Listens for SIGINT and SIGTERM. The listeners keep no process alive.
 *
 * @returns takes the listeners away
 */
export function onStopSignals(handlers: StopSignalHandlers, surroundings: StopSignalSurroundings = {}): () => void {
  const { emitter = process, echo = isUnderNpmOnTerminal(), monotonic = () => performance.now() } = surroundings;
  let echoUntil: number | undefined;
  const listener = (signal: StopSignal): void => {
    if (echoUntil === undefined) {
      echoUntil = echo && signal === 'SIGINT' ? monotonic() + ECHO_MS : Number.NEGATIVE_INFINITY;
      handlers.first(signal);
    } else if (signal === 'SIGINT' && monotonic() < echoUntil) {
      // Only one echo comes.
      echoUntil = Number.NEGATIVE_INFINITY;
    } else {
      handlers.again();
    }
  };
  for (const signal of SIGNALS) emitter.on(signal, listener);
  return () => {
    for (const signal of SIGNALS) emitter.off(signal, listener);
  };
}

/**
 * A terminal sends Ctrl-C to npm and to us alike, and npm sends us its own on top (`npm start`, `npx spillway`): one
 * press would look like two.
 */
function isUnderNpmOnTerminal(): boolean {
  return process.env['npm_lifecycle_event'] !== undefined && (process.stdin.isTTY || process.stderr.isTTY);
}

const SIGNALS: readonly StopSignal[] = ['SIGINT', 'SIGTERM'];
const ECHO_MS = 500;
