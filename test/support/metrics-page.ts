import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { METRIC_LIST, type Metric } from '../../lib/telemetry/metrics.js';
import { HEALTH_STATES } from './health-states.js';
import { between, ROOT } from './readme.js';

/** The page on metrics with its tables made from their catalogue, and from what is tried of health. `npm run readme` writes it. */
export function freshMetricsPage(): string {
  const page = readFileSync(join(ROOT, 'docs/metrics.md'), 'utf8');
  return between(between(page, 'health', healthTable()), 'metrics', metricTable());
}

function healthTable(): string {
  const rows = HEALTH_STATES.map(
    ({ name, readyz, why, freshz }) =>
      `| ${name} | 200 | ${readyz}${why === undefined ? '' : ` \`${why}\``} | ${freshz} |`,
  );
  return ['| the feed | `/healthz` | `/readyz` | `/freshz` |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function metricTable(): string {
  const rows = METRIC_LIST.map(([name, metric]: readonly [string, Metric]) => {
    const { kind, unit, labels, help, when } = metric;
    const shown = labels.map((label) => `\`${label}\``).join(', ');
    return `| \`${name}\` | ${kind} | ${unit} | ${shown} | ${help}${when === undefined ? '' : ` Only ${when}.`} |`;
  });
  return ['| metric | kind | unit | labels | what it says |', '| --- | --- | --- | --- | --- |', ...rows].join('\n');
}
