import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { ask } from '../../support/ask.js';
import { closeBrowser, noBrowser, openPage, shows } from '../../support/browser.js';
import { feed } from '../../support/feed.js';
import { until } from '../../support/until.js';
import { pipelineFile, spillway, temporaryFolder } from '../cli.js';

describe('the live view of a run', { skip: noBrowser }, () => {
  after(closeBrowser);

  it('shows what /stats.json says, while connections drop, frames are dropped, and the sink is slow', async (t) => {
    let connections = 0;
    const record = (n: number): string => `{"n":${n},"text":"${'x'.repeat(1_000)}"}`;
    const { url } = await feed(t, async (client) => {
      connections += 1;
      await client.sendMany(Array.from({ length: 20 }, (_, n) => record(n)));
      if (connections <= 3) await client.close(1_011);
      else await client.sendMany(Array.from({ length: 20_000 }, (_, n) => record(n)));
    });
    const config = { url, unbounded: true, reconnect: true, reconnect_backoff: 0.01, overflow: 'drop_oldest' };
    const { file } = await pipelineFile(t, config, { type: 'stdout', config: {} });
    // Nobody reads what it writes.
    const running = spillway(t, ['run', file, '--listen', '127.0.0.1:0', '--tap'], { isStdoutUnread: true });
    await running.err.until(/Listening at (\S+): /);
    const origin = /Listening at (\S+): /.exec(running.err.text)![1]!;
    const told = async (): Promise<Facts | undefined> =>
      (JSON.parse((await ask(origin, '/stats.json')).body) as { feeds: { feed?: Facts } }).feeds.feed;
    await until(async () => ((await told())?.dropped ?? 0) > 0);
    const stats = async (): Promise<Facts> => (await told())!;

    const { page } = await openPage(t, origin);
    const facts = async (): Promise<Record<string, string>> =>
      (await page.evaluate(
        "Object.fromEntries([...document.querySelectorAll('dl > div')].map((one) => [...one.children].map((part) => part.textContent)))",
      )) as Record<string, string>;
    const cell = async (name: string): Promise<string | null> => page.locator(`td.${name} .value`).textContent();
    const number = (value: number): string => value.toLocaleString('en');
    await page.locator('.gap').first().waitFor();
    const compared = async () => {
      const now = await stats();
      const shown = await facts();
      const { records, frames, dropped, reconnects, gaps, unacknowledged_records: waiting, sink } = now;
      const cells = await Promise.all(['reconnects', 'gaps', 'waiting'].map(cell));
      return [
        {
          received: `${number(records)} records, ${number(frames)} frames`,
          dropped: `${number(dropped)} dropped`,
          reconnects: `${reconnects}: ${countsOf(now.reconnects_by_cause)}`,
          gaps: [`${gaps}`, countsOf(now.gaps_by_cause)],
          closed: countsOf(now.closes_by_code),
          waiting: `${number(waiting)} records`,
          stored: `${number(sink.records)} records in ${sink.pages} pages`,
          cells: [String(reconnects), String(gaps), number(waiting)],
        },
        {
          received: shown['Received']?.split(', ').slice(0, 2).join(', '),
          dropped: shown['Not stored as records']?.split(', ').at(-1),
          reconnects: shown['Reconnects'],
          gaps: [shown['Gaps']?.split(', ')[0], shown['Gaps']?.split('without data: ')[1]],
          closed: shown['Closed with'],
          waiting: shown['Not stored yet'],
          stored: shown['Stored'],
          cells,
        },
      ] as const;
    };
    await shows(page, async () => isDeepStrictEqual(...(await compared()))).catch(async () => {
      assert.deepEqual(...(await compared()));
    });
    const last = await stats();
    assert.deepEqual([last.reconnects, last.closes_by_code['1011']], [3, 3]);
    // A gap of which nothing is to be seen on the time line would be one too few.
    await shows(page, async () => {
      const { gaps_told: gaps, gap_cause: open } = await stats();
      return (await page.locator('.gap').count()) === gaps.length + (open === null ? 0 : 1);
    });
    assert.match(
      (await page.locator('.gap').first().getAttribute('aria-label'))!,
      /^disconnected: .* · close code 1011/,
    );
    running.child.kill('SIGKILL');
  });

  it('shows how large files are that are written to, and those that are finished, with their seal', async (t) => {
    const folder = await temporaryFolder(t);
    const { url } = await feed(t, (client) => void client.sendMany(Array.from({ length: 10 }, (_, n) => `{"n":${n}}`)));
    const sink = { type: 'jsonl', config: { path: join(folder, 'out/%Y.jsonl'), roll: { records: 4 } } };
    const { file } = await pipelineFile(t, { url, unbounded: true }, sink);
    const running = spillway(t, ['run', file, '--listen', '127.0.0.1:0']);
    await running.err.until(/Listening at (\S+): /);
    const origin = /Listening at (\S+): /.exec(running.err.text)![1]!;
    const { page } = await openPage(t, origin);
    const rows = async (): Promise<string[][]> =>
      (await page.evaluate(
        "[...document.querySelectorAll('.files tbody tr')].map((row) => [...row.children].map((cell) => cell.textContent))",
      )) as string[][];
    await shows(page, async () => {
      const now = await rows();
      return now.length === 3 && now[0]![2] === '2';
    });
    const { feeds } = JSON.parse((await ask(origin, '/stats.json')).body) as { feeds: { feed: Files } };
    const { open_files: open, sealed_files: sealed } = feeds.feed;
    assert.deepEqual(
      [open.map(({ records, bytes }) => [records, bytes]), sealed.map(({ records }) => records)],
      [[[2, 16]], [4, 4]],
    );
    const shown = await rows();
    assert.deepEqual(shown[0], [open[0]!.name, '16 B', '2', '', '', 'open']);
    const [, newest] = sealed;
    assert.deepEqual([shown[1]![0], shown[1]![1], shown[1]![5]], [newest!.path, '32 B', newest!.sha256]);
    running.child.kill('SIGTERM');
    assert.equal((await running.exit).status, 0);
  });
});

interface Facts {
  readonly records: number;
  readonly frames: number;
  readonly dropped: number;
  readonly reconnects: number;
  readonly gaps: number;
  readonly gap_cause: string | null;
  readonly gaps_told: readonly object[];
  readonly unacknowledged_records: number;
  readonly reconnects_by_cause: Readonly<Record<string, number>>;
  readonly gaps_by_cause: Readonly<Record<string, number>>;
  readonly closes_by_code: Readonly<Record<string, number>>;
  readonly sink: { readonly records: number; readonly pages: number };
}

interface Files {
  readonly open_files: readonly { readonly name: string; readonly records: number; readonly bytes: number }[];
  readonly sealed_files: readonly { readonly path: string; readonly records: number; readonly sha256: string }[];
}

/** As the page has them: the most first. */
function countsOf(by: Readonly<Record<string, number>>): string {
  return Object.entries(by)
    .toSorted(([, one], [, other]) => other - one)
    .map(([key, count]) => `${key} ${count.toLocaleString('en')}`)
    .join(', ');
}
