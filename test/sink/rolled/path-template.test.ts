import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ConfigError } from '../../../lib/errors.js';
import { fileNameOf } from '../../../lib/index.js';
import { isTemplate } from '../../../lib/internal/path-placeholder.js';
import { compileTemplate } from '../../../lib/sink/rolled/path-template.js';

/** 2026-03-07T09:05:00Z */
const TIME = Date.UTC(2026, 2, 7, 9, 5);

describe('the path of files of records', () => {
  for (const [path, folder, name, numbered] of [
    ['out/%Y-%m-%d/%H.jsonl.zst', 'out', '2026-03-07/09.jsonl.zst', '2026-03-07/09-000001.jsonl.zst'],
    ['%Y%m%d-%H%M.jsonl', '.', '20260307-0905.jsonl', '20260307-0905-000001.jsonl'],
    ['/data/{feed}/%H', '/data/my%20feed', '09', '09-000001'],
    ['/%H.gz', '/', '09.gz', '09-000001.gz'],
    ['out/a/b-{feed}.%d.jsonl', 'out/a', 'b-my%20feed.07.jsonl', 'b-my%20feed.07-000001.jsonl'],
    ['out/100%%-%M', 'out', '100%-05', '100%-05-000001'],
    ['out/trades.jsonl.gz', 'out', 'trades.jsonl.gz', 'trades-000001.jsonl.gz'],
    ['trades', '.', 'trades', 'trades-000001'],
    ['{field:a}/{field:b["c"]}.jsonl', '.', 'x/y.z.jsonl', 'x/y.z-000001.jsonl'],
    ['out/{field:a/b}/{field:["c\\\\d"]}.jsonl', 'out', 'x/y.z.jsonl', 'x/y.z-000001.jsonl'],
  ] as const) {
    it(`${path} leads below ${folder} to ${name}`, () => {
      const template = compileTemplate('rolledFiles', path, 'my feed');
      assert.equal(template.folder, folder);
      assert.equal(template.nameOf(TIME, ['x', 'y.z'], 0), name);
      assert.equal(template.nameOf(TIME, ['x', 'y.z'], 1), numbered);
      assert.deepEqual([template.numberOf(name), template.numberOf(numbered)], [0, 1]);
      assert.deepEqual([template.baseOf(numbered), template.withNumber(name, 1)], [name, numbered]);
      assert.equal(template.depth, name.split('/').length - 1);
      assert.equal(template.numberOf('something/else'), undefined);
    });
  }

  for (const [path, name, time] of [
    ['%Y-%m-%d/%H%M.jsonl', '2026-03-07/0905-000002.jsonl', TIME],
    ['{field:a}/%d.%m.%Y', 'x/07.03.2026', Date.UTC(2026, 2, 7)],
    ['%H.jsonl', '09.jsonl', Date.UTC(1970, 0, 1, 9)],
    ['out.jsonl', 'out.jsonl', 0],
  ] as const) {
    it(`tells of ${name} of which time it is, by ${path}`, () => {
      assert.equal(compileTemplate('rolledFiles', path, 'x').timeOf(name), time);
    });
  }

  for (const [path, message] of [
    ['out/%S.jsonl', /There is no `%S` in a path\. Known are %Y, %m, %d, %H and %M/],
    ['out/{symbol}.jsonl', /There is no `\{symbol\}`\. Known are \{feed\} and \{field:PATH\}/],
    ['out/{feed:x}.jsonl', /There is no `\{feed:x\}`/],
    ['out/{field:a[}.jsonl', /.+/],
    ['out/%Y/../x.jsonl', /is no name: it has to lead to a file below its first folder/],
    ['out/%Y/', /is no name/],
    ['out/', /is no name/],
    ['out//%Y/.', /is no name/],
    ...(process.platform === 'win32'
      ? []
      : [['out/%Y\\%m.jsonl', /has a backslash in it, which no manifest can name/] as const]),
  ] as const) {
    it(`is not ${path}`, () => {
      assert.throws(
        () => compileTemplate('rolledFiles', path, 'x'),
        (error) => error instanceof ConfigError && message.test(error.message),
      );
    });
  }

  it('has a {feed} only where the feed has a name', () => {
    assert.throws(() => compileTemplate('rolledFiles', '{feed}.jsonl', undefined), /give the feed a `name`/);
  });

  it('is one that changes when it has a placeholder in it', () => {
    for (const path of ['%Y', 'a/%H', '{feed}', '{field:a}', '{field:']) assert.ok(isTemplate(path), path);
    for (const path of ['a', '100%', '%20', '%%', '{a}', 'feed']) assert.ok(!isTemplate(path), path);
  });

  it('leads nowhere else, whatever a record holds, and knows each name that it has given', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(
          '{field:a}',
          '{field:a}/%H',
          'x-{field:a}.jsonl',
          '%d/{field:a}{field:b}.jsonl.gz',
          '{field:a}.b',
        ),
        fc.tuple(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' })),
        fc.integer({ min: 0, max: 4e12 }),
        fc.nat(2_000_000),
        (path, values, time, number) => {
          const template = compileTemplate('rolledFiles', `out/${path}`, undefined);
          const name = template.nameOf(time, values.map(fileNameOf), number);
          assert.equal(posix.normalize(`out/${name}`), `out/${name}`);
          assert.equal(name.split('/').length, path.split('/').length);
          assert.ok(!name.split('/').some((part) => part === '.' || part === '..' || part === ''));
          assert.notEqual(template.numberOf(name), undefined);
          if (path !== '{field:a}' && !path.endsWith('/%H')) assert.equal(template.numberOf(name), number);
        },
      ),
    );
  });
});
