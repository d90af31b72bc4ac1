import { ConfigError } from '../errors.js';
import { checkCatalogue, checkRef, type NamedAuth, resolveNamedAuth } from './auth-catalogue.js';
import type { AuthSpec } from './auth-spec.js';
import type { Context } from './context.js';
import type { Environment } from './environment.js';
import { environmentSecrets, valueAt } from './environment-secrets.js';
import { below, type Finding, isSecret, type Path } from './findings.js';
import { readPipelineText } from './read-pipeline-text.js';
import { pipelineFileSchema } from './schema.js';
import { schemaCheck } from './schema-check.js';
import { type ResolvedSinkConfig, resolveSink, type SinkType } from './sinks/kinds.js';
import { type ResolvedSourceConfig, type SourceConfig, toResolved } from './source-config.js';
import { checkSourceRules } from './source-rules.js';
import { byPlace, readYaml, type YamlDocument } from './yaml-document.js';

/** A pipeline file that was found valid: one feed. */
export interface PipelineFile {
  /** What the feed is called. */
  readonly name: string | undefined;
  /** Its `auth` names no catalogue entry any more: `{ ref }` was replaced by what it stands for. */
  readonly source: ResolvedSourceConfig;
  readonly sink: ResolvedSinkConfig;
  /** What came from the environment, and is sent to a server: to be hidden where it is said back. */
  readonly fromEnvironment: readonly string[];
}

/** What reading a pipeline file takes beside its text. */
export interface PipelineOptions {
  /** Where `${env:NAME}` looks. @default process.env */
  readonly env?: Environment | undefined;
  /** What `{name}` placeholders in the address are filled from. @default {} */
  readonly context?: Context | undefined;
}

/**
 * Reads a pipeline file, YAML or JSON; `-` stands for the standard input. Files above 1 MiB are refused.
 *
 * @param options `stdin` takes the place of the standard input
 * @throws {ConfigError} when it cannot be read, or with every problem in it, each with line and column
 * @example const { source, sink } = await loadPipelineFile('feed.yaml')
 */
export async function loadPipelineFile(
  path: string,
  options: PipelineOptions & { readonly stdin?: AsyncIterable<Uint8Array | string> | undefined } = {},
): Promise<PipelineFile> {
  const file = path === '-' ? '(standard input)' : path;
  const text = await readPipelineText(path, file, options.stdin ?? process.stdin);
  return parsePipelineText(text, { ...options, file });
}

/**
 * The pipeline that a YAML or JSON text describes.
 *
 * @param options `file` is the name to show in errors
 * @throws {ConfigError} with every problem, each with line and column
 */
export function parsePipelineText(
  text: string,
  options: PipelineOptions & { readonly file?: string | undefined } = {},
): PipelineFile {
  const { file, env = process.env, context = {} } = options;
  const document = readYaml(text, env, file);
  const findings = checkPipeline(document, context);
  const located = findings.slice(0, MAX_PROBLEMS).map((finding) => document.locate(finding));
  const problems = [...document.problems, ...located.filter((problem) => problem !== undefined)];
  if (problems.length > 0)
    throw new ConfigError(problems.sort(byPlace).slice(0, MAX_PROBLEMS), file === undefined ? {} : { file });

  const { name, auth, pipeline } = document.value as PipelineForm;
  const config = pipeline.source.config;
  const named = resolveNamedAuth(config.auth, auth ?? {});
  return {
    name,
    source: toResolved({ ...config, auth: named }, context),
    sink: resolveSink(pipeline.sink.type, pipeline.sink.config ?? {}),
    fromEnvironment: environmentSecrets(document.value, (path) => document.environmentAt(path)),
  };
}

function checkPipeline(document: YamlDocument, context: Context): Finding[] {
  const root = document.value;
  const config = valueAt(root, SOURCE_CONFIG);
  const catalogue = valueAt(root, ['auth']);
  const isHidden = (path: Path) => isSecret(path) || document.isFromEnvironment(path);
  return [
    ...checkSchema(root, isHidden),
    ...below(SOURCE_CONFIG, checkSourceRules(config, context)),
    ...below(['auth'], checkCatalogue(catalogue)),
    ...below([...SOURCE_CONFIG, 'auth'], checkRef(valueAt(config, ['auth']), catalogue)),
  ];
}

/** What the schema lets through. */
interface PipelineForm {
  readonly version: 1;
  readonly name?: string;
  readonly auth?: Readonly<Record<string, NamedAuth>>;
  readonly pipeline: {
    readonly source: { readonly type: 'websocket'; readonly config: SourceConfig & { readonly auth?: AuthSpec } };
    readonly sink: { readonly type: SinkType; readonly config?: object };
  };
}

/** Nobody reads more of them, and each is looked up in the file. */
const MAX_PROBLEMS = 100;
const SOURCE_CONFIG = ['pipeline', 'source', 'config'] as const;
const checkSchema = schemaCheck('pipeline', pipelineFileSchema);
