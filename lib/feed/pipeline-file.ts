import { dirname } from 'node:path';
import { below, byPlace, type Finding } from '../config/check/findings.js';
import { schemaCheck } from '../config/check/schema-check.js';
import type { Context } from '../config/context.js';
import { resolved, ruleFindings } from '../config/fields/option-surface.js';
import { readText } from '../config/files/read-text.js';
import type { Environment } from '../config/placeholders/environment.js';
import type { GivenParams } from '../config/placeholders/params.js';
import { fileReader } from '../config/placeholders/read-file.js';
import { parseYamlText, type YamlText } from '../config/yaml/document.js';
import { ConfigError, type ConfigProblem, optionError } from '../errors.js';
import { hasTemplates, isOfMany, type PlanHead, type PlannedFeed, planFeeds, planHead } from '../plan/plan.js';
import { lineReader } from '../plan/read-lines.js';
import { clashesOf } from './clashes.js';
import { faucetKey, faucetWord } from './faucet-lookup.js';
import { feedOf, MAX_PROBLEMS, type PipelineFile } from './feed-of.js';
import { inFeeds } from './in-feeds.js';
import { EXECUTION_OPTIONS, RESTART_OPTIONS, type ResolvedExecution, type ResolvedRestart } from './many-options.js';
import { pipelineFileSchema } from './pipeline-schema.js';

/** What reading a pipeline file takes beside its text. */
export interface PipelineOptions {
  /** Where `${env:NAME}` and `${secret:NAME}` look. @default process.env */
  readonly env?: Environment | undefined;
  /** What `${param.NAME}` stands for. @default {} */
  readonly params?: GivenParams | undefined;
  /** The time that `${now.…}` tells, in epoch milliseconds. @default now */
  readonly now?: number | undefined;
  /** What `{name}` placeholders in the address are filled from. @default {} */
  readonly context?: Context | undefined;
  /** The one feed that is wanted of a file of many, by its name. @default all of them, and where one is taken, the only one */
  readonly feed?: string | undefined;
}

/** A pipeline file that was found valid: the feeds that it describes. */
export interface Pipelines {
  /** One at least, in the order of the file. */
  readonly feeds: readonly PipelineFile[];
  /** Whether it says so itself that they are many, however many it comes to. */
  readonly isMany: boolean;
  /** How they run beside each other. */
  readonly execution: ResolvedExecution;
  /** Whether one that is over is started anew; `undefined` for never. */
  readonly restart: ResolvedRestart | undefined;
  /** What it holds that is accepted without effect, in the order of the file. */
  readonly notes: readonly ConfigProblem[];
}

/** Beside its text. */
type TextOptions = PipelineOptions & { readonly file?: string | undefined; readonly folder?: string | undefined };

/** Beside its path; `stdin` takes the place of the standard input. */
type FileOptions = PipelineOptions & { readonly stdin?: AsyncIterable<Uint8Array | string> | undefined };

/**
 * Reads a pipeline file, YAML or JSON; `-` stands for the standard input. Files above 1 MiB are refused.
 *
 * @throws {ConfigError} when it cannot be read, or with every problem in it, each with line and column
 */
export async function loadPipelines(path: string, options: FileOptions = {}): Promise<Pipelines> {
  const file = path === '-' ? '(standard input)' : path;
  const from = path === '-' ? (options.stdin ?? process.stdin) : path;
  const text = await readText(from, { file, what: 'pipeline file' });
  return parsePipelines(text, { ...options, file, folder: path === '-' ? '.' : dirname(path) });
}

/**
 * The same of a file of which one feed is taken.
 *
 * @throws {ConfigError} also when it has many, and none is named
 * @example const { source, sink } = await loadPipelineFile('feed.yaml')
 */
export async function loadPipelineFile(path: string, options: FileOptions = {}): Promise<PipelineFile> {
  return onlyOf(await loadPipelines(path, options), path === '-' ? '(standard input)' : path);
}

/**
 * The one feed that a YAML or JSON text describes.
 *
 * @param options `file` is the name to show in errors, `folder` what `${file:PATH}` is relative to
 * @throws {ConfigError} with every problem, each with line and column
 */
export function parsePipelineText(text: string, options: TextOptions = {}): PipelineFile {
  return onlyOf(parsePipelines(text, options), options.file);
}

/** All feeds that a text describes. */
export function parsePipelines(text: string, options: TextOptions = {}): Pipelines {
  const { file, folder = '.', env = process.env, params = {}, now = Date.now(), context = {} } = options;
  const fail = (problems: readonly ConfigProblem[]): never => {
    const sorted = problems.toSorted(byPlace).slice(0, MAX_PROBLEMS);
    throw new ConfigError(sorted, file === undefined ? {} : { file });
  };
  const surroundings = { env, now, readFile: fileReader(folder) };
  const yaml = parseYamlText(text, file);
  const isMany = isOfMany(yaml);
  const head = isMany
    ? headOf(yaml, { surroundings, params, readLines: lineReader(folder) })
    : { value: {}, secrets: [] };
  if ('problems' in head) return fail(head.problems);
  const planned =
    isMany || hasTemplates(yaml)
      ? planFeeds(yaml, head.value, { surroundings, params, readLines: lineReader(folder) })
      : { feeds: [{ name: undefined, document: yaml.fill(surroundings, params), context: {} }] };
  if ('problems' in planned) return fail(planned.problems);

  const found = new Problems(planned.feeds.length);
  const feeds: { feed: PipelineFile; planned: PlannedFeed }[] = [];
  for (const each of planned.feeds) {
    const checked = feedOf(each.document, { context: { ...context, ...each.context }, params });
    if ('problems' in checked) found.add(each.name, checked.problems);
    else feeds.push({ feed: { ...checked.feed, secrets: [...head.secrets, ...checked.feed.secrets] }, planned: each });
  }
  if (feeds.length > 1) {
    const clashes = clashesOf(feeds.map(({ feed, planned: { document } }) => ({ feed, value: document.value })));
    for (const { feed, finding } of clashes) {
      const { document, name } = feeds.find((each) => each.feed === feed)!.planned;
      found.add(name, [document.locate(finding)!]);
    }
  }
  const problems = found.told();
  if (problems.length > 0) return fail(problems);
  const notes = new Problems(feeds.length);
  for (const { feed } of feeds) notes.add(feed.name, feed.notes);
  const wanted = feeds
    .map(({ feed }) => feed)
    .filter(({ name }) => options.feed === undefined || name === options.feed);
  if (wanted.length === 0)
    throw optionError(
      '--feed',
      noSuchFeed(
        options.feed!,
        feeds.map(({ feed }) => feed),
      ),
    );
  return {
    feeds: wanted,
    isMany,
    execution: resolved(EXECUTION_OPTIONS, head.value.execution ?? {}),
    restart: head.value.restart === undefined ? undefined : resolved(RESTART_OPTIONS, head.value.restart),
    notes: notes.told().sort(byPlace),
  };
}

/** What a file of many feeds says of them as a whole. */
function headOf(
  yaml: YamlText,
  options: Parameters<typeof planHead>[1],
): { readonly value: Head; readonly secrets: readonly string[] } | { readonly problems: readonly ConfigProblem[] } {
  if (yaml.problems.length > 0) return { problems: yaml.problems };
  const { document, value } = planHead(yaml, options);
  const checked = checkHead(value, (path) => document.isHidden(path));
  const problems = [
    ...document.problems,
    ...[...checked.findings, ...ruleFindingsOf(checked.value as Head)].flatMap(
      (finding) => document.locate(finding) ?? [],
    ),
  ];
  return problems.length > 0 ? { problems } : { value: checked.value as Head, secrets: document.secrets };
}

/** What breaks a rule between its keys. */
function ruleFindingsOf({ restart }: Head): Finding[] {
  const isMap = typeof restart === 'object' && restart !== null;
  return isMap ? below(['restart'], ruleFindings(RESTART_OPTIONS, [], restart)) : [];
}

interface Head extends PlanHead {
  readonly execution?: object;
  readonly restart?: object;
}

function onlyOf({ feeds }: Pipelines, file: string | undefined): PipelineFile {
  const [only] = feeds;
  if (feeds.length === 1) return only!;
  const message = `This file describes ${feeds.length} feeds, and one is taken here. Name it by \`--feed\`: ${namesOf(feeds)}.`;
  throw new ConfigError([{ path: '', message }], file === undefined ? {} : { file });
}

function noSuchFeed(name: string, feeds: readonly PipelineFile[]): string {
  return `The file describes no feed \`${name}\`. It has ${namesOf(feeds)}.`;
}

function namesOf(feeds: readonly PipelineFile[]): string {
  const shown = feeds
    .slice(0, MAX_NAMED)
    .map(({ name }) => (name === undefined ? 'one without a name' : `\`${name}\``));
  return `${shown.join(', ')}${feeds.length > shown.length ? ` and ${feeds.length - shown.length} more` : ''}`;
}

/** What is wrong with several feeds: what is the same in many is told once. */
class Problems {
  readonly #total: number;
  readonly #found = new Map<string, { readonly problem: ConfigProblem; readonly names: string[] }>();

  constructor(total: number) {
    this.#total = total;
  }

  add(name: string | undefined, problems: readonly ConfigProblem[]): void {
    for (const problem of problems) {
      const key = JSON.stringify(problem);
      const known = this.#found.get(key) ?? { problem, names: [] };
      known.names.push(name ?? '');
      this.#found.set(key, known);
    }
  }

  told(): ConfigProblem[] {
    return [...this.#found.values()].map(({ problem, names }) => ({
      ...problem,
      message: inFeeds(names, this.#total, problem.message),
    }));
  }
}

const MAX_NAMED = 8;
const checkHead = schemaCheck(
  'many',
  { ...pipelineFileSchema.$defs['many'], $defs: pipelineFileSchema.$defs },
  {
    key: faucetKey,
    word: faucetWord,
  },
);
