import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GAP_CAUSES } from '../../lib/frame/gap.js';
import { COUNTER_LIST, COUNTERS } from '../../lib/telemetry/counters.js';
import { inBaseUnit, METRIC_LIST } from '../../lib/telemetry/metrics.js';

test('Metrics are named as Prometheus has it: base units, and `_total` for what only goes up', () => {
  for (const [name, { kind, unit, help }] of METRIC_LIST) {
    assert.match(name, /^spillway_[a-z]+(_[a-z]+)*$/);
    assert.equal(name.endsWith('_total'), kind === 'counter', name);
    const base = name.replace(/_total$/, '');
    assert.equal(base.endsWith('_seconds'), unit === 'seconds', name);
    assert.equal(/_bytes(_total)?$/.test(name), unit === 'bytes', name);
    assert.doesNotMatch(name, /milli|_ms\b|_kb|_mb/, name);
    assert.match(help, /^[A-Z].*\.$/, name);
    assert.doesNotMatch(help, /millisecond/i, name);
  }
});

test('Series differ by words alone of which there is an end', () => {
  const allowed = ['feed', 'sink', 'cause', 'code', 'policy', 'result'];
  for (const [name, { labels }] of METRIC_LIST) {
    for (const label of labels) assert.ok(allowed.includes(label), name);
    assert.ok(labels.length === 0 || labels[0] === 'feed', name);
  }
});

test('Whatever a source counts is a metric, but for words and what another metric tells by its label', () => {
  const told = new Set(METRIC_LIST.flatMap(([, { counter }]) => counter ?? []));
  const byLabel = new Set(['state', 'gapCause', 'skipped', 'deadLetters', 'filtered', 'reconnects', 'gaps', 'gapMs']);
  const ofNumbers = new Set(['repeated', 'backwards', 'restarts', 'unnumbered', 'keys']);
  for (const [name, { of }] of COUNTER_LIST) {
    if (of !== 'command') assert.ok(told.has(name) || byLabel.has(name) || ofNumbers.has(name), name);
  }
  assert.equal(inBaseUnit(COUNTERS.pausedMs, 1_500), 1.5);
  assert.equal(inBaseUnit(COUNTERS.bytes, 1_500), 1_500);
  assert.equal(inBaseUnit(COUNTERS.lastFrameAt, undefined), 0);
});

test('The cause of a gap that is open is one that gaps have', () => {
  assert.deepEqual(COUNTERS.gapCause.words, Object.keys(GAP_CAUSES));
});
