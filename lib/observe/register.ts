import type { Metric as PromMetric, Registry } from 'prom-client';
import { METRIC_LIST, type Metric, type MetricName } from '../telemetry/metrics.js';
import type { FeedMeters } from './feed-meters.js';
import { Histogram } from './histogram.js';
import type { Labels, Reading } from './readings.js';

/**
 * Has a registry of prom-client tell all metrics. They are read when it is asked, and cost nothing in between.
 *
 * @throws {Error} of the registry, when it has a metric of one of these names
 */
export function register(registry: Registry, meters: FeedMeters): void {
  for (const [name, metric] of METRIC_LIST) registry.registerMetric(pulled(name, metric, meters));
}

/** A metric whose values somebody else has: all that a registry asks of one. */
function pulled(name: MetricName, { kind, help }: Metric, meters: FeedMeters): PromMetric {
  const head = { name, help, type: kind, aggregator: 'sum' };
  const values = (): Value[] => (meters.readings().get(name) ?? []).flatMap((one) => valuesOf(name, one));
  const metric = {
    ...head,
    get: async () => ({ ...head, values: values().map(whole) }),
    // As its own histograms have them: labels that a registry writes out once.
    getForPromString: async () => ({ ...head, values: values() }),
    reset() {},
  };
  return metric as unknown as PromMetric;
}

interface Value {
  readonly metricName?: string;
  readonly labels: Labels & { readonly le?: number | '+Inf' };
  readonly sharedLabels: Labels;
  readonly value: number;
}

function whole({ labels, sharedLabels, ...others }: Value): object {
  return { ...others, labels: { ...sharedLabels, ...labels } };
}

function valuesOf(name: MetricName, { labels: sharedLabels, value }: Reading): Value[] {
  if (!(value instanceof Histogram)) return [{ labels: NONE, sharedLabels, value }];
  let below = 0;
  const buckets = value.counts.map((count, index) => {
    below += count;
    const labels = { le: value.bounds[index] ?? '+Inf' } as const;
    return { metricName: `${name}_bucket`, labels, sharedLabels, value: below };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels: NONE, sharedLabels, value: value.sum },
    { metricName: `${name}_count`, labels: NONE, sharedLabels, value: value.count },
  ];
}

const NONE = {};
