import type { Finding } from '../config/check/findings.js';
import { valueAt } from '../config/check/sent-values.js';

/** How often every record is stored. */
export type Delivery = 'at_least_once' | 'exactly_once';

/** The `config` of the sink of a valid file, with what `delivery` of the file adds to it. */
export function deliveryConfig({ delivery, name, pipeline }: FileForm): object {
  const { config = {} } = pipeline.sink;
  return delivery === 'exactly_once' ? { transactional_id: name, ...config } : config;
}

/** What is wrong with a file that asks for `exactly_once`, beyond its schema. */
export function checkDelivery(file: unknown): Finding[] {
  const id = valueAt(file, ['pipeline', 'sink', 'config', 'transactional_id']);
  const isExact = valueAt(file, ['delivery']) === 'exactly_once';
  if (!isExact && id === undefined) return [];
  const path = isExact ? ['delivery'] : ['pipeline', 'sink', 'config', 'transactional_id'];
  const problem = (message: string): Finding[] => [{ path, at: 'value', message }];
  if (valueAt(file, ['pipeline', 'sink', 'type']) !== 'kafka') {
    return problem('`exactly_once` takes a sink of type `kafka`. With files, a `state` has every record there once.');
  }
  if (id === undefined && valueAt(file, ['name']) === undefined) {
    return problem('`exactly_once` knows the feed by its name, over all its runs. Give the file a `name`.');
  }
  const hasState = [['state'], ['pipeline', 'state']].some((at) => valueAt(file, at) !== undefined);
  if (valueAt(file, ['pipeline', 'spool']) !== undefined && !hasState) {
    return problem('`exactly_once` with a `spool` takes a `state` beside it.');
  }
  return [];
}

interface FileForm {
  readonly name?: string;
  readonly delivery?: Delivery;
  readonly pipeline: { readonly sink: { readonly config?: object } };
}
