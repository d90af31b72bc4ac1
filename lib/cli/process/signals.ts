import type { EventEmitter } from 'node:events';
import { isUnderNohup } from './nohup.js';

/** The signals that end a run in good order. On Windows, SIGHUP stands for a console window that is closed (CTRL_CLOSE_EVENT). */
export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** What becomes of them. */
interface StopSignalHandlers {
  /** The first one came: the run is to end in good order. */
  first(signal: StopSignal): void;
  /** Another one came that somebody has sent: the process is to end now. */
  again(): void;
  /** What SIGHUP is for. @default 'stop', as the others; and nothing under `nohup` */
  readonly hangup?: 'stop' | (() => void) | undefined;
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
 * Listens for SIGINT, SIGTERM and SIGHUP. The listeners keep no process alive.
 *
 * SIGHUP is never the second signal, and after it the first one of the others is none either: of one closed terminal
 * several come, from the terminal and from its shell, and a log-out sends SIGTERM, too. On Windows the system ends the
 * process some seconds after it, whatever the process does.
 *
 * @returns takes the listeners away
 */
export function onStopSignals(handlers: StopSignalHandlers, surroundings: StopSignalSurroundings = {}): () => void {
  const { emitter = process, echo = isUnderNpmOnTerminal(), monotonic = () => performance.now() } = surroundings;
  const { hangup = isUnderNohup() ? () => {} : 'stop' } = handlers;
  let isStopping = false;
  let echoUntil: number | undefined;
  const stop = (signal: StopSignal): void => {
    if (!isStopping) handlers.first(signal);
    isStopping = true;
  };
  const listener = (signal: StopSignal): void => {
    if (signal === 'SIGHUP') {
      if (hangup === 'stop') stop(signal);
      else hangup();
    } else if (echoUntil === undefined) {
      echoUntil = echo && signal === 'SIGINT' ? monotonic() + ECHO_MS : Number.NEGATIVE_INFINITY;
      stop(signal);
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

const SIGNALS: readonly StopSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const ECHO_MS = 500;
