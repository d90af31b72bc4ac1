import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { describe, it } from 'node:test';
import type { Page } from '../../../lib/batch/page.js';
import { csvFile, jsonlFile, rolledFiles } from '../../../lib/index.js';
import { createFakeClock } from '../../../lib/testing/index.js';
import { recorder } from '../../support/messages.js';
import { tempFolder } from '../../support/temp-folder.js';
import { until } from '../../support/until.js';
import { pagesOf, records } from '../pages.js';

describe('a disk that is nearly full', () => {
  const sinks: Readonly<Record<string, (folder: string, services: object) => Writable>> = {
    jsonlFile: (folder, services) => jsonlFile(join(folder, 'out.jsonl'), services),
    csvFile: (folder, services) => csvFile(join(folder, 'out.csv'), { columns: ['n'], ...services }),
    rolledFiles: (folder, services) => rolledFiles(join(folder, 'out.jsonl'), services),
  };
  for (const [name, open] of Object.entries(sinks)) {
    it(`is told once by ${name}(), and when it has room again`, async (t) => {
      const clock = createFakeClock();
      const logger = recorder();
      let free = 50;
      const sink = open(await tempFolder(t), { clock, logger, roomOf: async () => ({ free, all: 1_000 }) });
      const pages = pagesOf(records(5), 1);
      const events = () => logger.entries.map(({ facts }) => facts['event']).filter((event) => /disk/.test(`${event}`));
      const store = (): Promise<void> =>
        new Promise((resolve) => void sink.write(pages.shift() as Page, () => resolve()));
      await store();
      assert.deepEqual(events(), []);
      for (const now of [50, 50, 500]) {
        free = now;
        await clock.advance(60_000);
        await store();
      }
      await until(() => events().length === 2);
      sink.end();
      await finished(sink);
      assert.deepEqual(events(), ['disk_low', 'disk_not_low']);
      const [low] = logger.entries.filter(({ facts }) => facts['event'] === 'disk_low');
      assert.match(
        low!.text,
        /^The disk that \S+ is on is nearly full: 50 bytes of 1,000 bytes are free\. When it is full, `on_full` says/,
      );
    });
  }
});
