import { access, mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, extname } from 'node:path';
import { Command, Option } from 'commander';
import type { ResolvedSourceConfig } from '../config/source-config.js';
import { ConfigError } from '../errors.js';
import { parseTime, reader } from './grammar.js';
import type { Plan } from './init/plan.js';
import { EXIT, type ExitStatus, exitStatusOf } from './process/exit-status.js';
import { onStopSignals } from './process/signals.js';
import { describeError } from './report/describe-error.js';
import { formatDuration } from './report/format.js';
import { dressError } from './terminal/dress.js';
import type { Output } from './terminal/output.js';
import { setTheseFirst, withoutSecrets } from './without-secrets.js';

/** `spillway init [FILE]`: a first pipeline file. */
export function initCommand(output: Output): Command {
  return new Command('init')
    .summary('write a first pipeline file')
    .description(
      'Writes a pipeline file with comments to start from. On a terminal it asks a few questions; with --from it ' +
        'connects to a feed, looks at its first frames, and fills in what it saw.',
    )
    .argument('[file]', 'where to write; - is standard output', 'feed.yaml')
    .option('--from <url>', 'look at this feed, ws:// or wss://')
    .option('--subscribe <message>', 'send this after connecting; may be given many times', addMessage, [])
    .addOption(
      new Option('--wait <duration>', 'how long to look at the feed')
        .argParser(reader(parseTime(MAX_WAIT_MS)))
        .default(5_000, '5s'),
    )
    .option('--force', 'overwrite a file that exists')
    .option('-y, --yes', 'ask nothing')
    .addHelpText('after', EPILOGUE)
    .action(async (file: string, options: InitOptions) => {
      process.exitCode = await init(file, options, output);
    });
}

interface InitOptions {
  readonly from?: string;
  readonly subscribe: readonly string[];
  /** In milliseconds. */
  readonly wait: number;
  readonly force?: boolean;
  readonly yes?: boolean;
}

async function init(file: string, options: InitOptions, output: Output): Promise<ExitStatus> {
  const stopping = new AbortController();
  const unlisten = onStopSignals({
    first: () => stopping.abort(),
    again: () => process.exit(EXIT.interrupted),
  });
  try {
    if (file !== '-' && options.force !== true) await refuseExisting(file);
    const { firstPlan } = await import('./init/plan.js');
    let plan = firstPlan(nameOf(file), options.from, options.subscribe);
    let isSeen = options.from !== undefined;
    if (process.stdin.isTTY === true && process.stderr.isTTY === true && options.yes !== true) {
      const { askForPlan } = await import('./init/questions.js');
      ({ plan, isSeen } = await askForPlan(plan, isSeen, stopping.signal));
    }
    // What is wrong with the address is told before it is connected to, or written.
    const { feedOf } = await import('./init/feed.js');
    const feed = feedOf(plan, process.env);
    const { guardSecrets } = await import('./exposure.js');
    guardSecrets(feed, output, ({ message }) => output.say(message));
    if (isSeen) plan = { ...plan, seen: await look(feed.source, options.wait, stopping.signal, output) };
    if (stopping.signal.aborted) return EXIT.interrupted;
    const { pipelineText } = await import('./init/pipeline-text.js');
    const { schemaReference } = await import('./init/schema-reference.js');
    const { secretsOf } = await import('./secrets.js');
    const { value, variables } = withoutSecrets(plan, secretsOf(feed.source));
    const credentials = setTheseFirst(variables);
    await write(
      file,
      pipelineText(value, schemaReference(file === '-' ? '.' : dirname(file)), credentials),
      options.force === true,
    );
    if (file !== '-') {
      const wrote = credentials === undefined ? [`Wrote ${file}. ${NEXT}`] : [`Wrote ${file}. ${credentials}.`, NEXT];
      output.say([...wrote, ...nextSteps(file)]);
    }
    return EXIT.ok;
  } catch (error) {
    if (stopping.signal.aborted) return EXIT.interrupted;
    output.say(describeError('spillway', error, false), dressError);
    return exitStatusOf({ error });
  } finally {
    unlisten();
  }
}

async function look(
  { url, subscribeMessages }: Pick<ResolvedSourceConfig, 'url' | 'subscribeMessages'>,
  waitMs: number,
  signal: AbortSignal,
  output: Output,
): Promise<Plan['seen']> {
  const [{ observe }, { suggest }] = await Promise.all([import('./init/observe.js'), import('./init/suggest.js')]);
  output.say('Looking at the feed …');
  const observation = await observe(url, { subscribeMessages, waitMs, signal });
  if (observation.frames.length === 0) {
    output.say(
      `It sent nothing within ${formatDuration(waitMs)}. Many feeds send nothing before they are asked to: see their documentation, and give --subscribe.`,
    );
  }
  return suggest(observation);
}

async function refuseExisting(file: string): Promise<void> {
  const exists = await access(file).then(
    () => true,
    () => false,
  );
  if (exists) throw existing(file);
}

async function write(file: string, text: string, mayOverwrite: boolean): Promise<void> {
  if (file === '-') {
    process.stdout.write(text);
    return;
  }
  const fail = (cause: NodeJS.ErrnoException): never => {
    const message = `This file cannot be written: ${cause.message}. Give another name.`;
    throw new ConfigError([{ path: '', message }], { file, cause });
  };
  await mkdir(dirname(file), { recursive: true }).catch(fail);
  await writeFile(file, text, { flag: mayOverwrite ? 'w' : 'wx' }).catch((error: NodeJS.ErrnoException) => {
    // Somebody else was faster.
    throw error.code === 'EEXIST' ? existing(file) : fail(error);
  });
}

function existing(file: string): ConfigError {
  return new ConfigError([{ path: '', message: 'It exists already. Give another name, or --force to overwrite it.' }], {
    file,
  });
}

function nameOf(file: string): string {
  return file === '-' ? 'feed' : basename(file, extname(file)) || 'feed';
}

function nextSteps(file: string): string[] {
  return [
    '  Find out whether everything is there that a run needs',
    `    npx spillway doctor ${file}`,
    '  Capture the feed',
    `    npx spillway run ${file}`,
  ];
}

function addMessage(message: string, messages: readonly string[]): readonly string[] {
  return [...messages, message];
}

const MAX_WAIT_MS = 3_600_000;

const NEXT = 'What to try next:';

const EPILOGUE = `
Examples:
  $ spillway init trades.yaml
  $ spillway init trades.yaml --from wss://example.com/feed
  $ spillway init - --yes --from wss://example.com/feed --subscribe '{"op":"subscribe"}'
`;
