import { Command, Option } from 'commander';
import { ConfigError } from '../errors.js';
import { DAY_MS, parseTime, reader } from './grammar.js';
import { addFeedFlag, addPipelineFlags, type PipelineFlags, pipelineOptions } from './pipeline-flags.js';
import { EXIT, type ExitStatus } from './process/exit-status.js';
import { onStopSignals } from './process/signals.js';
import { Output } from './terminal/output.js';
import { widthOf } from './terminal/width.js';

/** `spillway doctor FILE|URL`: what stands in the way of a run, step by step, and what to try. */
export function doctorCommand(): Command {
  const command = new Command('doctor')
    .summary('find out what stands in the way of a run')
    .description(
      'Looks at all that a run needs, one after the other: the configuration, DNS, TCP, TLS, the credentials, the ' +
        'WebSocket upgrade, the subscribe messages, the first frame; then where the records would go, and who is told how a run is. It tells what it ' +
        'found, how long that took, and what to try; what cannot be looked at because of a failure, it says so. Nothing ' +
        'is stored.',
    )
    .argument('<file-or-url>', 'a pipeline file, - for standard input, or an address: ws://… or wss://…')
    .addOption(
      new Option('--wait <duration>', 'how long the first frame may take once the subscribe messages were sent')
        .argParser(reader(parseTime(DAY_MS)))
        .default(10_000, '10s'),
    )
    .option('--json', 'a JSON line for each look, and one for the verdict');
  return addFeedFlag(addPipelineFlags(command))
    .addHelpText('after', EPILOGUE)
    .action(async (target: string, options: DoctorOptions) => {
      process.exitCode = await doctor(target, options, new Output(process.stdout));
    });
}

interface DoctorOptions extends PipelineFlags {
  /** In milliseconds. */
  readonly wait: number;
  readonly json?: boolean;
}

async function doctor(target: string, options: DoctorOptions, output: Output): Promise<ExitStatus> {
  const [{ Report }, { examine }, { guardSecrets }] = await Promise.all([
    import('./doctor/report.js'),
    import('./doctor/examine.js'),
    import('./exposure.js'),
  ]);
  const report = new Report(output, options.json === true, widthOf(process.stdout));
  const stopping = new AbortController();
  const unlisten = onStopSignals({
    first: () => stopping.abort(),
    again: () => process.exit(EXIT.interrupted),
  });
  try {
    await examine(
      target,
      { given: () => pipelineOptions(options), firstFrameMs: options.wait, signal: stopping.signal },
      {
        resolved: (plan) => guardSecrets(plan, output, ({ message }) => new Output(process.stderr).say(message)),
        met: output.hideMet,
        found: (result) => report.tell(result),
      },
    );
    report.conclude();
    if (stopping.signal.aborted) return EXIT.interrupted;
    return report.hasFailed ? EXIT.failed : EXIT.ok;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    report.conclude();
    return EXIT.usage;
  } finally {
    unlisten();
  }
}

const EPILOGUE = `
Examples:
  $ spillway doctor trades.yaml
  $ spillway doctor wss://example.com/feed
  $ spillway doctor trades.yaml --json | jq 'select(.status == "failed")'

JSON lines on standard output (--json):
  check    side (configuration, feed, sink, observability), name, status (ok, warning, failed,
           skipped), detail, advice (null without), elapsed_ms (null when not looked at by itself)
  verdict  once, at the end: ok, failed and warned (names of checks)

Exit status: 0 nothing stands in the way; 1 something does; 2 wrong usage or configuration;
130 interrupted.
`;
