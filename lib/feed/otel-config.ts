import { type Finding, valueFinding } from '../config/check/findings.js';
import { checkHeaders } from '../config/check/header-rules.js';
import { valueAt } from '../config/check/sent-values.js';
import { fieldsOf, type Resolved, resolved } from '../config/fields/option-surface.js';
import { isHeaders } from '../internal/header.js';
import type { JsonSchema } from '../internal/json-schema.js';
import { number, own, secret, text, whole, words } from '../internal/options/kinds.js';
import { field, isTexts } from '../internal/options.js';

/** What says where OpenTelemetry is told how a run is: names and defaults are those of faucet. */
const OTEL_OPTIONS = {
  endpoint: text({
    title: 'Endpoint',
    description:
      'Where the collector is: `http://localhost:4317` without it, and with `protocol: http` `http://localhost:4318`, to which `/v1/metrics` and `/v1/traces` are added. `https:` for TLS.',
    comment: 'an address such as http://localhost:4317',
    pattern: '^https?://[^\\s/]+',
    examples: ['http://localhost:4317'],
  }),
  protocol: words(['grpc', 'http'], {
    title: 'Protocol',
    description: 'How the collector is told, by OTLP: over gRPC, or `http` with a body of Protobuf.',
    fallback: 'grpc',
    examples: ['http'],
  }),
  headers: secret(
    own(field<Readonly<Record<string, string>>>({}, 'an object of header names and their values', isHeaders), {
      title: 'Headers',
      description: 'Sent with whatever is told, such as what proves who one is. No value of them is shown anywhere.',
      type: 'Readonly<Record<string, string>>',
      schema: { type: 'object', additionalProperties: { type: 'string' } },
      examples: [{ authorization: `Bearer \${env:OTEL_TOKEN}` }],
    }),
  ),
  export: own(field<readonly OtelSignal[]>(['traces', 'metrics'], 'a list of `traces` and `metrics`', isTexts), {
    title: 'Signals',
    description: 'What is told: `metrics`, `traces`, or both.',
    schema: {
      type: 'array',
      $comment: 'a list of `traces` and `metrics`, at least one of them',
      minItems: 1,
      maxItems: 2,
      uniqueItems: true,
      items: { enum: ['traces', 'metrics'] },
    },
    examples: [['metrics']],
  }),
  serviceName: text({
    title: 'Name of the service',
    description: 'What the run is called there: `service.name`.',
    comment: 'a name of at most 200 characters',
    pattern: '^[^\\p{C}]{1,200}$',
    fallback: 'spillway',
    examples: ['trades'],
  }),
  sampleRatio: number({
    title: 'Share of traces',
    description: 'How large a part of the traces is told. Without it, all are.',
    min: 0,
    max: 1,
    examples: [0.1],
  }),
  timeoutSecs: whole({
    title: 'Timeout',
    description: 'For how many seconds one message to the collector may take, with its retries.',
    min: 1,
    max: 3_600,
    fallback: 10,
    examples: [5],
  }),
  metricIntervalSecs: whole({
    title: 'Interval of metrics',
    description: 'Every so many seconds the metrics are told.',
    min: 1,
    max: 86_400,
    fallback: 60,
    examples: [15],
  }),
};

type OtelSignal = 'traces' | 'metrics';

/** The JSON Schema of `otel`. */
export const otelSchema: JsonSchema = {
  title: 'OpenTelemetry',
  description:
    'Tells a collector of OpenTelemetry how the run is, by OTLP: metrics, and traces. Its packages are installed beside spillway; an error says by which command.',
  type: 'object',
  additionalProperties: false,
  properties: fieldsOf(OTEL_OPTIONS),
  examples: [{ endpoint: 'http://localhost:4317' }],
};

/** Where OpenTelemetry is told how a run is. */
export type ResolvedOtel = Resolved<typeof OTEL_OPTIONS> & { readonly endpoint: string };

/** What a valid `observability` says of it; `undefined` when it is told nothing. */
export function resolveOtel(observability: unknown): ResolvedOtel | undefined {
  const given = valueAt(observability, ['otel']);
  if (given === undefined) return undefined;
  const otel = resolved(OTEL_OPTIONS, given as object);
  return { ...otel, endpoint: otel.endpoint ?? DEFAULT_ENDPOINTS[otel.protocol] };
}

/** What is wrong with `otel` beyond its schema, with its place below `observability`. */
export function checkOtel(observability: unknown): Finding[] {
  const endpoint = valueAt(observability, ['otel', 'endpoint']);
  const isWrong = typeof endpoint === 'string' && /^https?:/.test(endpoint) && !URL.canParse(endpoint);
  const wrong = isWrong
    ? [valueFinding(['otel', 'endpoint'], 'This is no address: expected one such as http://localhost:4317.')]
    : [];
  const headers = valueAt(observability, ['otel', 'headers']);
  const ofHttp = checkHeaders(headers, ['otel', 'headers']);
  const isOfGrpc = ofHttp.length === 0 && valueAt(observability, ['otel', 'protocol']) !== 'http';
  return [...wrong, ...ofHttp, ...(isOfGrpc ? checkMetadata(headers) : [])];
}

/** What gRPC has against headers that HTTP takes. Values are never shown. */
function checkMetadata(headers: unknown): Finding[] {
  if (typeof headers !== 'object' || headers === null) return [];
  return Object.entries(headers)
    .filter(([name, value]) => !/^(?!.*-bin$)[\w.-]+$/i.test(name) || /[^ -~]/.test(String(value)))
    .map(([name]) => valueFinding(['otel', 'headers', name], NOT_OF_GRPC));
}

const NOT_OF_GRPC =
  'gRPC takes letters, digits, `_`, `-` and `.` in names, none that end in `-bin`, and plain ASCII in values. Change it, or use `protocol: http`.';

const DEFAULT_ENDPOINTS = { grpc: 'http://localhost:4317', http: 'http://localhost:4318' } as const;
