import { Command, Option } from 'commander';
import { ConfigError } from '../errors.js';
import { DAY_MS, MAX_RATE, parseRate, parseSpeed, parseTime, parseWhole, reader } from './grammar.js';
import { type ExitStatus, exitStatusOf } from './process/exit-status.js';
import { addReportOptions } from './report/report-options.js';
import type { ServeOptions } from './serve/options.js';
import type { Output } from './terminal/output.js';

/** `spillway serve FILE`: a recorded file as a live feed on this machine. */
export function serveCommand(output: Output): Command {
  const command = new Command('serve')
    .summary('serve a recorded file as a live feed')
    .description(
      'Serves a recorded file as a WebSocket feed on this machine: each line, or each element of one huge JSON array, is ' +
        'a message. Its address is the first line on standard output. Every client gets the file from its beginning, and ' +
        'is closed with 1000 at its end; the server goes on until Ctrl-C.',
    )
    .argument('<file>', 'JSON lines, or one JSON document (.json); .gz and .zst are inflated')
    .option('--port <n>', 'where to listen; 0 takes a free port', reader(parseWhole(0, 65_535)), 0)
    .option('--host <name>', 'the address to listen at', '127.0.0.1')
    .option(
      '--rate <rate>',
      'messages in a time: 1000, 1000/s, 90/min or 10/h; as fast as the client takes them without',
      reader(parseRate(MAX_RATE)),
    )
    .addOption(new Option('--as-recorded', 'at the times of `received_at`, and without the envelope').conflicts('rate'))
    .option('--speed <factor>', 'with --as-recorded: so many times as fast, such as 10x or 0.5x', reader(parseSpeed))
    .option('--unwrap', 'take each message out of its envelope, at any speed')
    .option('--loop', 'begin again at the end of the file, for ever')
    .option('--on-subscribe', 'begin when the client has sent something')
    .option(
      '--drop-every <n>',
      'drop each connection, without a close frame, after so many messages',
      reader(parseWhole(1)),
    )
    .option(
      '--stall <duration>',
      'fall silent for so long, pings unanswered, after every --stall-every messages',
      reader(parseTime(DAY_MS)),
    )
    .option('--stall-every <n>', 'with --stall: after how many messages', reader(parseWhole(1)), 1_000)
    .option(
      '--resume-by <path>',
      'go on behind the message that has this field: ws://…/?cursor=VALUE; a whole number, or text',
    )
    .option('--records-path <path>', 'where the array is in a JSON document, such as data.trades')
    .addOption(new Option('--format <word>', 'what the file is, whatever its name').choices(['lines', 'document']));
  return addReportOptions(command)
    .addHelpText('after', EPILOGUE)
    .action(async (file: string, options: ServeOptions) => {
      process.exitCode = await serve(file, options, output);
    });
}

async function serve(file: string, options: ServeOptions, output: Output): Promise<ExitStatus> {
  const { createReporter } = await import('./report/create-reporter.js');
  const reporter = createReporter(output, options);
  try {
    if (options.speed !== undefined && options.asRecorded !== true) {
      throw new ConfigError([
        { path: '--speed', message: 'It multiplies the speed of --as-recorded: add that, or use --rate.' },
      ]);
    }
    const { serveFile } = await import('./serve/serve-file.js');
    return await serveFile(file, options, output);
  } catch (error) {
    reporter.failure(error);
    return exitStatusOf({ error });
  }
}

const EPILOGUE = `
Examples:
  $ spillway serve trades.jsonl.gz --rate 1000/s
  $ spillway serve trades.jsonl --as-recorded --speed 10x --loop
  $ spillway serve huge.json --records-path data.trades --on-subscribe
  $ spillway serve trades.jsonl --drop-every 500 --port 9000
  $ spillway serve trades.jsonl --rate 100/s --stall 30s --stall-every 1000
  $ spillway serve trades.jsonl --drop-every 500 --resume-by seq

The other end, in another terminal:
  $ spillway capture ws://127.0.0.1:9000 --reconnect -o again.jsonl

A slow client is waited for; the others are not held up by it. With --json, standard error has a line for each event: connected, ended (client, frames, code, dropped), failed (client, error).

Ctrl-C, SIGTERM or SIGHUP closes every connection with 1001 and ends with status 0. Status 1: the file cannot be read, or not to its end; 2: wrong usage. A file that ends in the middle (a torn last line, a cut .gz), as one does that is still written to, is served as far as it is whole, and that is told.
`;
