import { type Finding, valueFinding } from '../config/check/findings.js';
import { valueAt } from '../config/check/sent-values.js';
import { fieldsOf, type Resolved, resolved } from '../config/fields/option-surface.js';
import type { JsonSchema } from '../internal/json-schema.js';
import { duration, jsonPath, required, secret, text, words, yesNo } from '../internal/options/kinds.js';
import { LISTEN_TOKEN } from './listen-token.js';
import { checkOtel, otelSchema } from './otel-config.js';

/** What says where a run tells how it is. */
const PROMETHEUS_OPTIONS = {
  listen: text({
    title: 'Address',
    description:
      'Where to listen: `127.0.0.1:9464`, or a port alone, which this machine alone can reach; port 0 takes a free one. `--listen` counts more.',
    comment: 'an address and a port, such as 127.0.0.1:9464 or [::1]:9464, or a port alone',
    pattern: '^((\\[[0-9a-fA-F:.]+\\]|[0-9A-Za-z_.-]+):)?[0-9]{1,5}$',
    examples: ['127.0.0.1:9464', '9464'],
  }),
  path: text({
    title: 'Path of the metrics',
    description: 'Where the metrics are, in the format of Prometheus.',
    comment: 'a path such as /metrics',
    pattern: '^/[0-9A-Za-z_./-]+$',
    fallback: '/metrics',
    examples: ['/metrics'],
  }),
  token: secret(
    text({
      title: 'Token',
      description:
        'What requests have to show, as `Authorization: Bearer TOKEN` or `?token=TOKEN`: to listen beyond this machine. `/healthz` is answered without it.',
      ...LISTEN_TOKEN,
      examples: [`\${env:LISTEN_TOKEN}`],
    }),
  ),
  open: yesNo({
    title: 'Open to others',
    description: 'Listens beyond this machine without a token: whoever gets there may read how the run is.',
    fallback: false,
  }),
  tap: yesNo({
    title: 'Tap',
    description: 'Shows some of the records, too, to whoever looks at the live view. `--tap` says the same.',
    fallback: false,
  }),
};

/** What there is to know of the records of a feed, to tell whether it is well. */
const WATCH_OPTIONS = {
  freshWithin: duration({
    title: 'Freshness',
    description:
      'How old the newest record may be before `/freshz` says that the feed is stale. Without it, the feed may be as quiet as it likes.',
    examples: ['5m'],
  }),
};

const EVENT_TIME_OPTIONS = {
  path: required(
    jsonPath({
      description: 'Where the time stands in a record, as it is stored: of one with an `envelope` below `data`.',
      examples: ['data.T'],
    }),
  ),
  unit: words(['s', 'ms', 'us', 'ns', 'iso'], {
    description: 'What it counts since 1970; `iso` for a text such as `2026-03-08T14:05:09.120Z`.',
    fallback: 'ms',
  }),
};

/** The JSON Schema of `observability`. */
export const observabilitySchema: JsonSchema = {
  title: 'Observability',
  description: 'Tells how the run is while it lasts: to Prometheus, to OpenTelemetry, and to whoever asks by HTTP.',
  type: 'object',
  additionalProperties: false,
  properties: {
    prometheus: {
      title: 'HTTP',
      description: 'Answers /metrics, /healthz, /readyz, /freshz, /stats.json and /events, and has a page to look at.',
      type: 'object',
      additionalProperties: false,
      required: ['listen'],
      properties: fieldsOf(PROMETHEUS_OPTIONS),
      examples: [{ listen: '127.0.0.1:9464' }],
    },
    otel: otelSchema,
    tracing: {
      title: 'Tracing',
      description: 'Accepted from files of faucet, without effect.',
      type: 'object',
      examples: [{ level: 'info' }],
    },
  },
  examples: [{ prometheus: { listen: '127.0.0.1:9464' } }],
};

/** The JSON Schemas of what stands below `pipeline`. */
export const watchSchemas: Readonly<Record<'fresh_within' | 'event_time', JsonSchema>> = {
  ...fieldsOf(WATCH_OPTIONS),
  event_time: {
    title: 'Time of events',
    description:
      'Where records say when what they tell of happened: then the metrics say how much later they were received. One record a page is looked at.',
    type: 'object',
    additionalProperties: false,
    required: ['path'],
    properties: fieldsOf(EVENT_TIME_OPTIONS),
    examples: [{ path: 'data.T', unit: 'ms' }],
  },
};

/** Where a run tells how it is. */
export type ResolvedListen = Resolved<typeof PROMETHEUS_OPTIONS> & { readonly listen: string };

/** What a feed is watched by. */
export interface ResolvedWatch {
  readonly freshWithinMs?: number | undefined;
  readonly eventTime?: { readonly path: string; readonly unit: 's' | 'ms' | 'us' | 'ns' | 'iso' } | undefined;
}

/** What a valid `observability` comes to; `undefined` when nobody is to listen. */
export function resolveListen(given: unknown): ResolvedListen | undefined {
  const prometheus = valueAt(given, ['prometheus']);
  return prometheus === undefined ? undefined : (resolved(PROMETHEUS_OPTIONS, prometheus as object) as ResolvedListen);
}

/** What a valid `pipeline` says of how it is watched. */
export function resolveWatch(pipeline: object): ResolvedWatch {
  const time = valueAt(pipeline, ['event_time']) as object | undefined;
  const { freshWithin } = resolved(WATCH_OPTIONS, pipeline);
  return {
    freshWithinMs: freshWithin,
    eventTime: time && (resolved(EVENT_TIME_OPTIONS, time) as ResolvedWatch['eventTime']),
  };
}

/** Where `observability` holds what must not be shown. */
export function isListenSecret(path: readonly unknown[]): boolean {
  return (
    path[0] === 'observability' && (path.at(-1) === 'token' || path.includes('headers') || path.at(-1) === 'endpoint')
  );
}

/** What is wrong with `observability` beyond its schema. */
export function checkObservability(given: unknown): Finding[] {
  const path = valueAt(given, ['prometheus', 'path']);
  const isTaken = TAKEN.has(path) || String(path).startsWith('/view/');
  const taken = isTaken
    ? [valueFinding(['prometheus', 'path'], 'Something else is told at this path. Give another one.')]
    : [];
  return [...taken, ...checkOtel(given)];
}

const TAKEN: ReadonlySet<unknown> = new Set(['/healthz', '/readyz', '/freshz', '/stats.json', '/events', '/tap']);
