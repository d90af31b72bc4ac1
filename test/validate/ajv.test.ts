import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadAjv } from '../../lib/validate/ajv.js';
import { loadAjv as loadBundledAjv } from '../../lib/validate/ajv-bundled.js';

test('what bundlers take is the ajv that Node.js loads when it is used', () => {
  const [found, bundled] = [loadAjv(), loadBundledAjv()];
  assert.equal(found.Ajv, bundled.Ajv);
  assert.equal(found.Ajv2020, bundled.Ajv2020);
  assert.equal(found.addFormats.default, bundled.addFormats.default);
});
