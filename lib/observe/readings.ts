import type { Label, MetricName } from '../telemetry/metrics.js';
import type { Histogram } from './histogram.js';

/** Labels of a series, but for `feed`, with their values. */
export type Labels = Readonly<Partial<Record<Label, string>>>;

/** What a series says now. */
export interface Reading {
  readonly labels: Labels;
  readonly value: number | Histogram;
}

/** What is read at one moment, by metric. */
export type Readings = ReadonlyMap<MetricName, readonly Reading[]>;
