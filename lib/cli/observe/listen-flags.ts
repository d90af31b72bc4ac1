import { type Command, InvalidArgumentError } from 'commander';
import { ConfigError } from '../../errors.js';

/** What says whether and where a run tells how it is. */
export interface ListenFlags {
  readonly listen?: string;
  readonly listenToken?: string;
  readonly listenOpen?: boolean;
  readonly tap?: boolean;
}

/** Gives a command the flags of the server that tells how a run is. */
export function addListenFlags(command: Command): Command {
  return command
    .option(
      '--listen <address>',
      'tell how it is by HTTP, at 127.0.0.1:9464 or a port alone: a page to look at, /metrics, /healthz, /readyz, /freshz, /stats.json, /events; 0 takes a free port',
    )
    .option(
      '--listen-token <token>',
      'what requests have to show, to listen beyond this machine; @file reads it from a file',
      (given: string) => {
        if (given === '') throw new InvalidArgumentError('Expected a token.');
        return given;
      },
    )
    .option('--listen-open', 'listen beyond this machine without a token: whoever gets there may read')
    .option('--tap', 'show some of the records, too, to whoever looks at the live view');
}

/** @throws {ConfigError} when nobody listens, and a flag says how */
export function refuseIdleFlags({ listenToken, listenOpen, tap }: ListenFlags): void {
  const given = Object.entries({ '--listen-token': listenToken, '--listen-open': listenOpen, '--tap': tap });
  const idle = given.flatMap(([path, value]) => (value === undefined ? [] : [{ path, message: IDLE }]));
  if (idle.length > 0) throw new ConfigError(idle);
}

const IDLE = 'It says how to listen, and nobody does: say where with --listen, or with `observability` in the file.';
