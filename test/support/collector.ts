import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { Server, ServerCredentials, type ServiceDefinition } from '@grpc/grpc-js';
import protobuf from 'protobufjs';

/** What a collector of OpenTelemetry was told. */
export interface Collector {
  readonly endpoint: string;
  /** Everything, in the order in which it came. */
  readonly metrics: readonly ToldMetric[];
  readonly spans: readonly ToldSpan[];
  /** What stood at the head of each message. */
  readonly headers: readonly Readonly<Record<string, unknown>>[];
  /** Of whom it was told. */
  readonly services: ReadonlySet<string>;
}

export interface ToldMetric {
  readonly name: string;
  readonly unit: string;
  readonly points: readonly { readonly labels: Labels; readonly value: number }[];
}

export interface ToldSpan {
  readonly name: string;
  readonly traceId: string;
  readonly labels: Labels;
  /** Traces that it names. */
  readonly links: readonly string[];
}

type Labels = Readonly<Record<string, string>>;

/** A collector on this machine, which reads what it is told as its protocol has it. */
export async function collector(t: TestContext, protocol: 'grpc' | 'http'): Promise<Collector> {
  const told = { metrics: [] as ToldMetric[], spans: [] as ToldSpan[], headers: [] as IncomingHttpHeaders[] };
  const services = new Set<string>();
  const hear = (signal: Signal, body: Uint8Array, headers: object): void => {
    told.headers.push({ ...headers });
    for (const { resource, scopes } of readMessage(signal, body)) {
      services.add(labelsOf(resource?.attributes ?? [])['service.name'] ?? '');
      for (const scope of scopes ?? []) {
        told.metrics.push(...(scope.metrics ?? []).map(metricOf));
        told.spans.push(...(scope.spans ?? []).map(spanOf));
      }
    }
  };
  const endpoint = await (protocol === 'grpc' ? overGrpc(t, hear) : overHttp(t, hear));
  return { endpoint, services, ...told };
}

type Hear = (signal: Signal, body: Uint8Array, headers: object) => void;

async function overHttp(t: TestContext, hear: Hear): Promise<string> {
  const server = createServer((request, response) => {
    const signal = SIGNALS.find((one) => request.url === `/v1/${one}`);
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => void parts.push(part));
    request.on('end', () => {
      if (signal !== undefined) hear(signal, Buffer.concat(parts), request.headers);
      response.writeHead(signal === undefined ? 404 : 200, { 'content-type': 'application/x-protobuf' }).end();
    });
  });
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function overGrpc(t: TestContext, hear: Hear): Promise<string> {
  const server = new Server();
  t.after(() => server.forceShutdown());
  for (const [signal, path] of Object.entries(METHODS)) {
    const bytes = (buffer: Buffer): Buffer => buffer;
    const method = { path, requestStream: false, responseStream: false } as const;
    const codec = {
      requestSerialize: bytes,
      requestDeserialize: bytes,
      responseSerialize: bytes,
      responseDeserialize: bytes,
    };
    const service: ServiceDefinition = { export: { ...method, ...codec } };
    server.addService(service, {
      export(call: { request: Buffer; metadata: { getMap(): object } }, done: (error: null, answer: Buffer) => void) {
        hear(signal as Signal, call.request, call.metadata.getMap());
        done(null, Buffer.alloc(0));
      },
    });
  }
  const port = await new Promise<number>((resolve, reject) => {
    const credentials = ServerCredentials.createInsecure();
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error === null ? resolve(bound) : reject(error)));
  });
  return `http://127.0.0.1:${port}`;
}

function readMessage(signal: Signal, body: Uint8Array): readonly Told[] {
  const message = TYPES.lookupType(signal === 'metrics' ? 'MetricsRequest' : 'TracesRequest').decode(body);
  return (message.toJSON() as { readonly resources?: readonly Told[] }).resources ?? [];
}

function metricOf({ name, unit = '', gauge, sum, histogram }: Wire): ToldMetric {
  const points = (gauge ?? sum ?? histogram)?.dataPoints ?? [];
  return {
    name,
    unit,
    points: points.map(({ attributes, asDouble, asInt, count }) => ({
      labels: labelsOf(attributes ?? []),
      value: Number(asDouble ?? asInt ?? count ?? 0),
    })),
  };
}

function spanOf({ name, traceId, attributes = [], links = [] }: WireSpan): ToldSpan {
  const hex = (base64: string): string => Buffer.from(base64, 'base64').toString('hex');
  return { name, traceId: hex(traceId), labels: labelsOf(attributes), links: links.map((link) => hex(link.traceId)) };
}

function labelsOf(attributes: readonly KeyValue[]): Labels {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, String(Object.values(value ?? {})[0])]));
}

interface KeyValue {
  readonly key: string;
  readonly value?: object;
}

interface Told {
  readonly resource?: { readonly attributes?: readonly KeyValue[] };
  readonly scopes?: readonly { readonly metrics?: readonly Wire[]; readonly spans?: readonly WireSpan[] }[];
}

interface Wire {
  readonly name: string;
  readonly unit?: string;
  readonly gauge?: Points;
  readonly sum?: Points;
  readonly histogram?: Points;
}

interface Points {
  readonly dataPoints?: readonly {
    readonly attributes?: readonly KeyValue[];
    readonly asDouble?: number;
    readonly asInt?: string;
    readonly count?: string;
  }[];
}

interface WireSpan {
  readonly name: string;
  readonly traceId: string;
  readonly attributes?: readonly KeyValue[];
  readonly links?: readonly { readonly traceId: string }[];
}

const SIGNALS = ['metrics', 'traces'] as const;
type Signal = (typeof SIGNALS)[number];

const METHODS: Readonly<Record<Signal, string>> = {
  metrics: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
};

/** Of opentelemetry-proto 1, what tests look at: numbers of fields are theirs, and what is not here is passed over. */
const TYPES = protobuf.parse(`
  syntax = "proto3";
  message MetricsRequest { repeated ResourceMetrics resources = 1; }
  message ResourceMetrics { Resource resource = 1; repeated MetricScope scopes = 2; }
  message MetricScope { repeated Metric metrics = 2; }
  message TracesRequest { repeated ResourceSpans resources = 1; }
  message ResourceSpans { Resource resource = 1; repeated SpanScope scopes = 2; }
  message SpanScope { repeated Span spans = 2; }
  message Resource { repeated KeyValue attributes = 1; }
  message KeyValue { string key = 1; AnyValue value = 2; }
  message AnyValue { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; } }
  message Metric { string name = 1; string unit = 3; oneof data { Points gauge = 5; Points sum = 7; Histogram histogram = 9; } }
  message Points { repeated NumberPoint data_points = 1; }
  message NumberPoint { repeated KeyValue attributes = 7; oneof value { double as_double = 4; sfixed64 as_int = 6; } }
  message Histogram { repeated HistogramPoint data_points = 1; }
  message HistogramPoint { repeated KeyValue attributes = 9; fixed64 count = 4; double sum = 5; }
  message Span { bytes trace_id = 1; string name = 5; repeated KeyValue attributes = 9; repeated Link links = 13; }
  message Link { bytes trace_id = 1; }
`).root;
