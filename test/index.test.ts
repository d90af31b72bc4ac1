import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as spillway from '../lib/index.js';

const STAGES = ['WebSocketReadable', 'parse', 'validate', 'select', 'envelope', 'batch', 'merge'];
const FEWER = ['dedupe', 'sample', 'throttle', 'debounce', 'window'];
const SINKS = [
  'jsonlFile',
  'rolledFiles',
  'csvFile',
  'stdout',
  'tee',
  'partitionBy',
  'writePages',
  'acknowledging',
  'fileNameOf',
];
const KEPT = ['openState', 'openSpool'];
const OWN_WORK = ['map', 'mapPage', 'filter', 'filterPage', 'field'];
const TRANSFORMS = ['selectFields', 'dropFields', 'renameFields', 'setFields', 'explode'];
const OPTIONS = ['ConnectBudget', 'oauth2', 'refreshToken', 'tokenEndpoint', 'fixedBackoff', 'growingBackoff'];
const VALUES = ['Message', 'Page', 'GAP_CAUSES', 'ERROR_CODES', 'SpillwayError', 'isSpillwayError'];

test('what can be imported from the package is what users can do something with', () => {
  const errors = Object.keys(spillway.ERROR_CODES).map((code) => {
    const words = code.toLowerCase().split('_').slice(1);
    return `${words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('')}Error`;
  });
  assert.deepEqual(
    Object.keys(spillway).sort(),
    [
      'createSource',
      'createFeeds',
      ...STAGES,
      ...FEWER,
      ...SINKS,
      ...KEPT,
      ...OWN_WORK,
      ...TRANSFORMS,
      ...OPTIONS,
      ...VALUES,
      ...errors,
    ].sort(),
  );
});
