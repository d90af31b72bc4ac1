import { type ConfigError, optionError } from '../errors.js';

/** How a collector is told. */
export type OtlpProtocol = keyof typeof EXPORTERS;

/** What tells a collector, loaded. */
export interface OtlpPackages {
  readonly metrics: typeof import('@opentelemetry/sdk-metrics');
  readonly traces: typeof import('@opentelemetry/sdk-trace');
  readonly resources: typeof import('@opentelemetry/resources');
  readonly MetricExporter: Exporters['metrics']['OTLPMetricExporter'];
  readonly TraceExporter: Exporters['traces']['OTLPTraceExporter'];
  /** With gRPC. */
  readonly Metadata: typeof import('@grpc/grpc-js').Metadata | undefined;
}

/** @throws {ConfigError} when they are not all installed */
export async function loadOtlp(protocol: OtlpProtocol): Promise<OtlpPackages> {
  try {
    const [metrics, traces, resources, { OTLPMetricExporter }, { OTLPTraceExporter }, grpc] = await Promise.all([
      import('@opentelemetry/sdk-metrics'),
      import('@opentelemetry/sdk-trace'),
      import('@opentelemetry/resources'),
      EXPORTERS[protocol].metrics(),
      EXPORTERS[protocol].traces(),
      protocol === 'grpc' ? import('@grpc/grpc-js') : undefined,
    ]);
    return {
      ...{ metrics, traces, resources, Metadata: grpc?.Metadata },
      ...{ MetricExporter: OTLPMetricExporter, TraceExporter: OTLPTraceExporter },
    };
  } catch (cause) {
    throw notLoaded(cause as NodeJS.ErrnoException, protocol);
  }
}

interface Exporters {
  readonly metrics: Awaited<ReturnType<(typeof EXPORTERS)[OtlpProtocol]['metrics']>>;
  readonly traces: Awaited<ReturnType<(typeof EXPORTERS)[OtlpProtocol]['traces']>>;
}

/** The command that installs what a protocol needs, of versions that fit each other and every Node that spillway runs on. */
export function installCommand(protocol: OtlpProtocol): string {
  return `npm install ${[...SDK, ...EXPORTERS[protocol].packages].join(' ')}`;
}

/** What is said where they do not come. */
export function notLoaded(cause: NodeJS.ErrnoException, protocol: OtlpProtocol): ConfigError {
  const isMissing = cause.code === 'ERR_MODULE_NOT_FOUND' || cause.code === 'MODULE_NOT_FOUND';
  const message = isMissing
    ? `The packages that tell OpenTelemetry are not all installed. Install them beside spillway: \`${installCommand(protocol)}\`.`
    : `The packages that tell OpenTelemetry cannot be loaded: ${cause.message}. These fit: \`${installCommand(protocol)}\`.`;
  return optionError('observability.otel', message, cause);
}

const EXPORTERS = {
  grpc: {
    metrics: () => import('@opentelemetry/exporter-metrics-otlp-grpc'),
    traces: () => import('@opentelemetry/exporter-trace-otlp-grpc'),
    packages: [
      '@opentelemetry/exporter-metrics-otlp-grpc@0.223',
      '@opentelemetry/exporter-trace-otlp-grpc@0.223',
      '@grpc/grpc-js@1',
    ],
  },
  http: {
    metrics: () => import('@opentelemetry/exporter-metrics-otlp-proto'),
    traces: () => import('@opentelemetry/exporter-trace-otlp-proto'),
    packages: ['@opentelemetry/exporter-metrics-otlp-proto@0.223', '@opentelemetry/exporter-trace-otlp-proto@0.223'],
  },
} as const;

const SDK = [
  '@opentelemetry/api@1',
  '@opentelemetry/resources@2',
  '@opentelemetry/sdk-metrics@2',
  '@opentelemetry/sdk-trace@2',
];
