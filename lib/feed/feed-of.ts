import { checkCatalogue, checkRef, type NamedAuth, resolveNamedAuth } from '../config/auth/auth-catalogue.js';
import type { AuthSpec } from '../config/auth/auth-spec.js';
import { below, byPlace, type Finding, type Path } from '../config/check/findings.js';
import { type Checked, schemaCheck } from '../config/check/schema-check.js';
import { isSecret } from '../config/check/secret-keys.js';
import { sentValues, valueAt } from '../config/check/sent-values.js';
import { checkSourceRules } from '../config/check/source-rules.js';
import { checkTransforms } from '../config/check/transform-rules.js';
import type { Context } from '../config/context.js';
import { checkParams, type GivenParams } from '../config/placeholders/params.js';
import { type ResolvedSourceConfig, toResolved } from '../config/source-config.js';
import type { SourceConfig } from '../config/source-settings.js';
import type { YamlDocument } from '../config/yaml/document.js';
import type { ConfigProblem } from '../errors.js';
import { checkDelivery, type Delivery, deliveryConfig } from './delivery.js';
import { checkDlq, lettersOfDlq, type ResolvedDlq, resolveDlq } from './dlq-config.js';
import { faucetKey, faucetNotes, faucetWord } from './faucet-lookup.js';
import {
  checkObservability,
  isListenSecret,
  type ResolvedListen,
  type ResolvedWatch,
  resolveListen,
  resolveWatch,
} from './observability-config.js';
import { type ResolvedOtel, resolveOtel } from './otel-config.js';
import { pipelineFileSchema } from './pipeline-schema.js';
import { checkBesideSink, checkLettersOfSink, checkSink, isSinkSecret, resolveSink } from './sink-config.js';
import { keepsPosition, type ResolvedSink, type SinkType } from './sinks.js';
import { checkSpool, type ResolvedSpool, resolveSpool } from './spool-config.js';
import { gapsBeside, type ResolvedState, resolveState } from './state-config.js';

/** A feed of a pipeline file, that was found valid. */
export interface PipelineFile {
  /** What the feed is called. */
  readonly name: string | undefined;
  /** Its `auth` names no catalogue entry any more: `{ ref }` was replaced by what it stands for. */
  readonly source: ResolvedSourceConfig;
  readonly sink: ResolvedSink;
  /** What is kept for the next run, and where. */
  readonly state: ResolvedState | undefined;
  /** Where pages wait for the sink. */
  readonly spool: ResolvedSpool | undefined;
  /** Where what is refused goes; its file is the `deadLetter` of the source, too. */
  readonly dlq: ResolvedDlq | undefined;
  /** Where the run tells how it is, if it does. */
  readonly listen: ResolvedListen | undefined;
  /** Where OpenTelemetry is told how the run is, if it is. */
  readonly otel: ResolvedOtel | undefined;
  /** What the feed is watched by. */
  readonly watch: ResolvedWatch;
  /** What came out of placeholders and must not be shown: of secrets and files all, of variables and params what a server is sent. */
  readonly secrets: readonly string[];
  /** What it holds that is accepted without effect, in the order of the file. */
  readonly notes: readonly ConfigProblem[];
}

/** A feed that was found valid, or what is wrong. */
export type CheckedFeed = { readonly feed: PipelineFile } | { readonly problems: readonly ConfigProblem[] };

/** The feed that a document describes, in which all that is of several feeds was replaced by what is of this one. */
export function feedOf(
  document: YamlDocument,
  { context, params }: { readonly context: Context; readonly params: GivenParams },
): CheckedFeed {
  const { findings, value } = checkPipeline(document, context, params);
  const problems = [...document.problems, ...located(document, findings.slice(0, MAX_PROBLEMS))];
  if (problems.length > 0) return { problems };

  const { name, auth, pipeline, ...top } = value as PipelineForm;
  const config = pipeline.source.config;
  const state = resolveState(pipeline.state ?? top.state);
  const spool = resolveSpool(pipeline.spool);
  const dlq = resolveDlq(pipeline.dlq);
  const named = resolveNamedAuth(config.auth, auth ?? {});
  const sink = resolveSink(pipeline.sink.type, deliveryConfig(value as PipelineForm));
  const feed: PipelineFile = {
    name,
    source: toResolved(
      {
        ...config,
        ...(dlq && { dead_letter: dlq.files as unknown as SourceConfig['dead_letter'] }),
        ...gapsBeside(state ?? spool ?? (keepsPosition(sink) ? sink : undefined), config),
        auth: named,
        transforms: transformsOf(document, value),
      },
      context,
    ),
    state,
    spool,
    dlq,
    sink,
    listen: resolveListen(top.observability),
    otel: resolveOtel(top.observability),
    watch: resolveWatch(pipeline),
    secrets: [...document.secrets, ...sentValues(value, (path) => document.givenAt(path))],
    notes: located(document, faucetNotes(value)).sort(byPlace),
  };
  return { feed };
}

/** Integers past 2^53 are compared and set as they are written. */
function transformsOf(document: YamlDocument, value: unknown): SourceConfig['transforms'] {
  return document.exact(valueAt(value, TRANSFORMS), TRANSFORMS) as SourceConfig['transforms'];
}

/** The findings with their places, without those that are only a consequence of another problem. */
function located(document: YamlDocument, findings: readonly Finding[]): ConfigProblem[] {
  return findings.map((finding) => document.locate(finding)).filter((problem) => problem !== undefined);
}

function checkPipeline(document: YamlDocument, context: Context, params: GivenParams): Checked {
  const sink = valueAt(document.value, ['pipeline', 'sink']);
  const isHidden = (path: Path) => {
    const isOfSink = SINK_CONFIG.every((key, index) => key === path[index]);
    return (
      isSecret(path) ||
      isListenSecret(path) ||
      document.isHidden(path) ||
      (isOfSink && isSinkSecret(sink, path.slice(SINK_CONFIG.length)))
    );
  };
  const { findings, value } = checkSchema(document.value, isHidden);
  const config = valueAt(value, SOURCE_CONFIG);
  const catalogue = valueAt(value, ['auth']);
  return {
    value,
    findings: [
      ...findings,
      ...below(SOURCE_CONFIG, checkSourceRules(config, context)),
      ...below(TRANSFORMS, checkTransforms(valueAt(value, TRANSFORMS))),
      ...below(SINK_CONFIG, checkSink(valueAt(value, ['pipeline', 'sink']))),
      ...below(SOURCE_CONFIG, checkBesideSink(config, valueAt(value, ['pipeline', 'sink']))),
      ...below(
        SINK_CONFIG,
        checkLettersOfSink(
          valueAt(value, ['pipeline', 'sink']),
          valueAt(config, ['dead_letter']) ?? lettersOfDlq(valueAt(value, ['pipeline', 'dlq'])),
        ),
      ),
      ...below(['pipeline', 'spool'], checkSpool(valueAt(value, ['pipeline', 'spool']))),
      ...below(
        ['pipeline'],
        checkDlq(valueAt(value, ['pipeline', 'dlq']), config, valueAt(value, ['pipeline', 'sink'])),
      ),
      ...below(['observability'], checkObservability(valueAt(value, ['observability']))),
      ...below(['auth'], checkCatalogue(catalogue)),
      ...checkOneState(value),
      ...checkDelivery(value),
      ...below([...SOURCE_CONFIG, 'auth'], checkRef(valueAt(config, ['auth']), catalogue)),
      ...checkParams(valueAt(value, ['params']), params),
    ],
  };
}

function checkOneState(value: unknown): Finding[] {
  const isTwice = [['state'], ['pipeline', 'state']].every((path) => valueAt(value, path) !== undefined);
  return isTwice
    ? [{ path: ['state'], at: 'key', message: 'It stands below `pipeline`, too. Say it there alone.' }]
    : [];
}

/** What the schema lets through. */
interface PipelineForm {
  readonly version: 1;
  readonly name?: string;
  readonly auth?: Readonly<Record<string, NamedAuth>>;
  readonly delivery?: Delivery;
  readonly observability?: unknown;
  readonly state?: unknown;
  readonly pipeline: {
    readonly state?: unknown;
    readonly spool?: unknown;
    readonly dlq?: unknown;
    readonly source: { readonly type: 'websocket'; readonly config: SourceConfig & { readonly auth?: AuthSpec } };
    readonly sink: { readonly type: SinkType; readonly config?: object };
  };
}

/** Nobody reads more of them, and each is looked up in the file. */
export const MAX_PROBLEMS = 100;
const TRANSFORMS = ['pipeline', 'transforms'] as const;
const SOURCE_CONFIG = ['pipeline', 'source', 'config'] as const;
const SINK_CONFIG = ['pipeline', 'sink', 'config'] as const;
const checkSchema = schemaCheck('pipeline', pipelineFileSchema, { key: faucetKey, word: faucetWord });
