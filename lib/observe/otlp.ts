import { randomUUID } from 'node:crypto';
import type { Meter, Tracer } from '@opentelemetry/api';
import { loadOtlp, type OtlpPackages, type OtlpProtocol } from './otlp-packages.js';
import { OtlpReach, type OtlpWatcher } from './otlp-reach.js';

/** Where a collector of OpenTelemetry is, and what it is told. */
export interface OtlpOptions {
  readonly endpoint: string;
  readonly protocol: OtlpProtocol;
  readonly headers: Readonly<Record<string, string>>;
  readonly export: readonly ('traces' | 'metrics')[];
  readonly serviceName: string;
  readonly sampleRatio?: number | undefined;
  readonly timeoutSecs: number;
  readonly metricIntervalSecs: number;
  readonly version: string;
}

/** A collector that is told. */
export interface Otlp {
  /** Where it is told no metrics, nobody reads what this one has. */
  readonly meter: Meter;
  /** `undefined` where it is told no traces. */
  readonly tracer: Tracer | undefined;
  /** Tells what there still is, for no longer than a few seconds. Resolves to whether it has all been told. */
  close(): Promise<boolean>;
}

/**
 * Tells a collector of OpenTelemetry what a meter and a tracer are told, by OTLP. A collector that is away costs a message in
 * memory: spans that wait have a bound, metrics are read anew.
 *
 * @throws {ConfigError} when the packages that do it are not installed, with the command that does
 */
export async function openOtlp(options: OtlpOptions, watcher: OtlpWatcher): Promise<Otlp> {
  const { export: signals, timeoutSecs, metricIntervalSecs, version } = options;
  const sdk = await loadOtlp(options.protocol);
  const reach = new OtlpReach(watcher);
  const { detectResources, envDetector, resourceFromAttributes } = sdk.resources;
  const resource = detectResources({ detectors: [envDetector] }).merge(
    resourceFromAttributes({
      'service.name': options.serviceName,
      'service.version': version,
      'service.instance.id': randomUUID(),
    }),
  );
  const readers = signals.includes('metrics')
    ? [
        new sdk.metrics.PeriodicExportingMetricReader({
          exporter: reach.watch(new sdk.MetricExporter(configOf(sdk, options, METRICS, reach))),
          exportIntervalMillis: metricIntervalSecs * 1_000,
          exportTimeoutMillis: Math.min(timeoutSecs, metricIntervalSecs) * 1_000,
        }),
      ]
    : [];
  const meters = new sdk.metrics.MeterProvider({ resource, readers });
  const traces = !signals.includes('traces')
    ? undefined
    : new sdk.traces.TracerProvider({
        resource,
        sampler: new sdk.traces.TraceIdRatioBasedSampler(options.sampleRatio ?? 1),
        spanProcessors: [
          new sdk.traces.BatchSpanProcessor({
            exporter: reach.watch(new sdk.TraceExporter(configOf(sdk, options, TRACES, reach))),
            exportTimeoutMillis: timeoutSecs * 1_000,
          }),
        ],
      });
  return {
    meter: meters.getMeter('spillway', version),
    tracer: traces?.getTracer('spillway', version),
    close: () => reach.close([meters, traces]),
  };
}

/**
 * Whether a collector takes what it would be told: by a message of each signal that holds nothing.
 *
 * @returns why not, as a clause; `undefined` where it does
 * @throws {ConfigError} when the packages that do it are not installed
 */
export async function probeOtlp(options: OtlpOptions): Promise<string | undefined> {
  const sdk = await loadOtlp(options.protocol);
  let reason: string | undefined;
  const reach = new OtlpReach({
    away(why) {
      reason = why;
    },
    back() {},
  });
  const within = { ...options, timeoutSecs: Math.min(options.timeoutSecs, PROBE_SECS) };
  const metrics = reach.watch(new sdk.MetricExporter(configOf(sdk, within, METRICS, reach)));
  const traces = reach.watch(new sdk.TraceExporter(configOf(sdk, within, TRACES, reach)));
  const resource = sdk.resources.resourceFromAttributes({});
  await Promise.all([
    options.export.includes('metrics') &&
      new Promise((resolve) => metrics.export({ resource, scopeMetrics: [] }, resolve)),
    options.export.includes('traces') && new Promise((resolve) => traces.export([], resolve)),
  ]);
  await reach.close([metrics, traces]);
  return reason;
}

/** What an exporter is told. */
function configOf(
  { Metadata }: OtlpPackages,
  { endpoint, protocol, headers, timeoutSecs }: OtlpOptions,
  path: string,
  { agentOf }: OtlpReach,
): OtlpConfig {
  const timeoutMillis = timeoutSecs * 1_000;
  if (protocol === 'http')
    return { timeoutMillis, url: urlOf(endpoint, path), headers: { ...headers }, httpAgentOptions: agentOf };
  const metadata = Metadata && new Metadata();
  for (const [name, value] of Object.entries(headers)) metadata?.set(name, value);
  return { timeoutMillis, url: endpoint, ...(metadata && { metadata }) };
}

type OtlpConfig = NonNullable<
  ConstructorParameters<OtlpPackages['MetricExporter']>[0] & ConstructorParameters<OtlpPackages['TraceExporter']>[0]
>;

/** The address of a signal: below that of the collector, whose query stays. */
function urlOf(endpoint: string, path: string): string {
  const url = new URL(endpoint);
  url.pathname = url.pathname.replace(/\/$/, '') + path;
  return url.href;
}

const METRICS = '/v1/metrics';
const TRACES = '/v1/traces';
/** How long a look at a collector may take, in seconds. */
const PROBE_SECS = 5;
