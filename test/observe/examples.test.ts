import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { METRIC_LIST } from '../../lib/telemetry/metrics.js';
import { spillway, temporaryFolder } from '../cli/cli.js';
import { ask } from '../support/ask.js';
import { feed } from '../support/feed.js';
import { ROOT } from '../support/readme.js';
import { until } from '../support/until.js';

const ALERTS = join(ROOT, 'examples/prometheus/alerts.yml');
const DASHBOARD = join(ROOT, 'examples/grafana/spillway.json');
const skip =
  spawnSync('promtool', ['--version']).status === 0 ? false : 'promtool is not installed: it comes with Prometheus';

/** The metrics that the examples name, without what a histogram adds. */
const NAMED = [ALERTS, DASHBOARD].flatMap((path) => [
  ...new Set([...readFileSync(path, 'utf8').matchAll(/spillway_\w+/g)].map(([name]) => name.replace(/_bucket$/, ''))),
]);

describe('examples/prometheus and examples/grafana', () => {
  it('name metrics of the catalogue', () => {
    const known = new Set<string>(METRIC_LIST.map(([name]) => name));
    assert.ok(NAMED.length > 15);
    for (const name of NAMED) assert.ok(known.has(name), name);
  });

  it('name metrics that a run tells, in the panels with the labels that it has', async (t) => {
    const folder = await temporaryFolder(t);
    let connections = 0;
    const { url } = await feed(t, async (client) => {
      connections += 1;
      await client.sendMany(['{"n":1,"t":1}', '{"n":3,"t":1}', 'no JSON']);
      if (connections === 1) await client.close(1001);
    });
    const config = {
      ...{
        url,
        unbounded: true,
        reconnect: true,
        reconnect_backoff: '10ms',
        ping_interval: '1s',
        on_parse_error: 'skip',
      },
      ...{ sequence: { path: 'n' }, overflow: 'drop_oldest' },
    };
    const pipeline = {
      ...{ spool: { path: join(folder, 'spool') }, dlq: join(folder, 'refused.jsonl'), event_time: { path: 't' } },
      source: { type: 'websocket', config },
      sink: { type: 'jsonl', config: { path: join(folder, 'out.jsonl') } },
    };
    const file = join(folder, 'feed.json');
    await writeFile(file, JSON.stringify({ version: 1, pipeline }));
    const running = spillway(t, ['run', file, '--listen', '0']);
    await running.err.until(/Listening at (\S+): /);
    const origin = /Listening at (\S+): /.exec(running.err.text)![1]!;
    let text = '';
    await until(async () => {
      text = (await ask(origin, '/metrics')).body;
      return NAMED.every((name) => new RegExp(`^${name}(_bucket)?[{ ]`, 'm').test(text));
    });
    for (const label of ['cause', 'code', 'result', 'sink', 'policy']) assert.ok(text.includes(`${label}="`), label);
    running.child.kill('SIGTERM');
    assert.equal((await running.exit).status, 0);
  });

  it('have a dashboard whose panels have a place, a question and a description of their own', () => {
    const { panels, templating } = JSON.parse(readFileSync(DASHBOARD, 'utf8')) as Dashboard;
    assert.ok(panels.length >= 12);
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
    const names = templating.list.map(({ name }) => name);
    for (const { title, description, gridPos, targets } of panels) {
      assert.ok(description.endsWith('.'), title);
      assert.ok(gridPos.x + gridPos.w <= 24, title);
      assert.ok(targets.length > 0, title);
      for (const { expr } of targets) {
        const asked = [...expr.matchAll(/\$(\w+)/g)].map(([, name]) => name!);
        for (const name of asked) assert.ok(names.includes(name) || name === '__rate_interval', `${title}: ${name}`);
      }
    }
  });

  it('have rules that Prometheus takes', { skip }, () => {
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', ALERTS], { encoding: 'utf8' });
    assert.equal(status, 0, stdout + stderr);
  });

  it('have an alert for each thing that goes wrong, which is quiet where all is well', { skip }, async (t) => {
    const alerts = [...readFileSync(ALERTS, 'utf8').matchAll(/alert: (\w+)/g)].map(([, name]) => name!);
    assert.deepEqual(alerts.toSorted(), Object.keys(ILL).toSorted());
    const file = join(await temporaryFolder(t), 'test.json');
    const tests = [
      caseOf('all is well', {}, []),
      ...Object.entries(ILL).map(([name, ill]) => caseOf(name, ill, [name])),
    ];
    // JSON is YAML.
    await writeFile(file, JSON.stringify({ rule_files: [ALERTS], evaluation_interval: '1m', tests }));
    const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', file], { encoding: 'utf8' });
    assert.equal(status, 0, stdout + stderr);
  });
});

/** What a feed tells that is well, over an hour, a value a minute. */
const WELL: Readonly<Record<string, string>> = {
  'up{': '1x60',
  'spillway_ready{feed="trades",': '1x60',
  'spillway_current_timestamp_seconds{': '1700000000+60x60',
  'spillway_feed_start_timestamp_seconds{feed="trades",': '1700000000x60',
  'spillway_last_record_timestamp_seconds{feed="trades",': '0 1700000050+60x59',
  'spillway_gap_seconds_total{cause="disconnected",feed="trades",': '0x20 2x40',
  'spillway_missing_sequence_total{feed="trades",': '0x60',
  'spillway_spool_oldest_age_seconds{feed="trades",': '0x20 300x10 0x30',
};

/** What is otherwise when an alert is to fire, and nothing else does. */
const ILL: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  SpillwayGone: { 'up{': '1x40 0x20' },
  SpillwayNotReady: { 'spillway_ready{feed="trades",': '1x40 0x20' },
  SpillwayFeedStale: { 'spillway_last_record_timestamp_seconds{feed="trades",': '0x60' },
  SpillwayGaps: { 'spillway_gap_seconds_total{cause="liveness",feed="trades",': '_x50 40x10' },
  SpillwayNumbersMissing: { 'spillway_missing_sequence_total{feed="trades",': '0x50 3x10' },
  SpillwayBacklogOld: { 'spillway_spool_oldest_age_seconds{feed="trades",': '0x40 700+60x20' },
  SpillwayDeadLetters: { 'spillway_dead_letters_total{cause="ERR_PARSE",feed="trades",': '_x50 1x10' },
};

function caseOf(name: string, ill: Readonly<Record<string, string>>, fires: readonly string[]): object {
  const series = Object.entries({ ...WELL, ...ill }).map(([head, values]) => ({
    series: `${head}instance="a:9464",job="spillway"}`,
    values,
  }));
  return {
    ...{ name, interval: '1m', input_series: series },
    promql_expr_test: [
      {
        expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
        eval_time: '55m',
        exp_samples: fires.map((alertname) => ({ labels: `{alertname="${alertname}"}`, value: 1 })),
      },
    ],
  };
}

interface Dashboard {
  readonly templating: { readonly list: readonly { readonly name: string }[] };
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly description: string;
    readonly gridPos: { readonly x: number; readonly w: number };
    readonly targets: readonly { readonly expr: string }[];
  }[];
}
