import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { SealedFile } from '../../lib/manifest/manifest-entry.js';
import { decodeLine, encodeLine, hashOfLine } from '../../lib/manifest/manifest-line.js';
import { anyEntry } from './entries.js';

const SEALED: SealedFile = {
  event: 'sealed',
  path: '2026-11-30/19.jsonl.gz',
  records: 1_000,
  bytes: 12_345,
  sha256: '0'.repeat(64),
  firstSequence: 5,
  lastSequence: 1_004,
  firstReceivedAt: 1_000,
  lastReceivedAt: 2_000,
  gaps: { count: 1, ms: 700, missing: 3 },
};

describe('a line of a manifest', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(anyEntry, fc.boolean(), (entry, isFirst) => {
        const previous = isFirst ? null : hashOfLine(Buffer.from('before'));
        const line = encodeLine(entry, previous);
        assert.equal(line.indexOf('\n'), line.length - 1);
        assert.deepEqual(decodeLine(line.subarray(0, -1)), { entry, previous });
      }),
    );
  });

  it('tells of a sealed file in the keys of stored JSON', () => {
    assert.equal(
      encodeLine(SEALED, null).toString(),
      '{"event":"sealed","path":"2026-11-30/19.jsonl.gz","records":1000,"bytes":12345,' +
        `"sha256":"${'0'.repeat(64)}","first_sequence":5,"last_sequence":1004,"first_received_at":1000,` +
        '"last_received_at":2000,"gaps":{"count":1,"ms":700,"missing":3},"previous":null}\n',
    );
    assert.equal(
      encodeLine({ event: 'removed', path: 'a.jsonl', at: 5, limit: 'age' }, null).toString(),
      '{"event":"removed","path":"a.jsonl","at":5,"limit":"age","previous":null}\n',
    );
  });

  it('may have keys that a later version adds', () => {
    const line = JSON.stringify({ ...JSON.parse(encodeLine(SEALED, null).toString()), epoch: 7 });
    assert.deepEqual(decodeLine(Buffer.from(line)), { entry: SEALED, previous: null });
  });

  for (const [what, change, reason] of [
    ['an event that nobody knows', { event: 'moved' }, 'its `event` is not what that key holds'],
    ['a path out of the folder', { path: '../a.jsonl' }, 'its `path` is not what that key holds'],
    ['a path from the root', { path: '/etc/passwd' }, 'its `path` is not what that key holds'],
    ['a path of Windows', { path: 'a\\..\\b' }, 'its `path` is not what that key holds'],
    ['a negative count', { records: -1 }, 'its `records` is not what that key holds'],
    ['a hash that is none', { sha256: 'F'.repeat(64) }, 'its `sha256` is not what that key holds'],
    ['no gaps', { gaps: null }, 'its `gaps` is not what that key holds'],
    ['half of the gaps', { gaps: { count: 1 } }, 'its `gaps` is not what that key holds'],
    ['no word on the line before it', { previous: undefined }, 'its `previous` is not what that key holds'],
  ] as const) {
    it(`is none with ${what}`, () => {
      const line = JSON.stringify({ ...JSON.parse(encodeLine(SEALED, null).toString()), ...change });
      assert.equal(decodeLine(Buffer.from(line)), reason);
    });
  }

  it('is none when it is no JSON object', () => {
    assert.equal(decodeLine(Buffer.from('{"event":"sea')), 'it is no JSON');
    assert.equal(decodeLine(Buffer.from('[]')), 'it is no JSON object');
    assert.equal(decodeLine(Buffer.from('null')), 'it is no JSON object');
  });
});
