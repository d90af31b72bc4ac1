import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFeedServer, marketFeed } from '../../lib/testing/index.js';
import { record } from './recording.js';
import { terminalSvg } from './terminal-svg.js';

/** A made-up market for some seconds: what somebody sees who captures it into a file. */
export async function recordSession(): Promise<string> {
  const market = await createFeedServer({
    ref: true,
    onConnection: async (client) => {
      const closing = AbortSignal.timeout(MARKET_MS);
      await client.sendMany(marketFeed({ seed: 1 }), { rate: TRADES_A_SECOND, signal: closing });
      await client.close(1000);
    },
  });
  const folder = mkdtempSync(join(tmpdir(), 'spillway-pictures-'));
  const capture = ['capture', market.url, '-o', 'trades.jsonl'];
  try {
    const steps = [
      { shown: `npx spillway ${capture.join(' ')}`, command: process.execPath, args: [main, ...capture] },
      { shown: 'head -2 trades.jsonl', command: 'head', args: ['-2', 'trades.jsonl'] },
    ];
    return terminalSvg(await record(steps, { columns: COLUMNS, rows: 30, cwd: folder }), {
      columns: COLUMNS,
      title: 'spillway capture',
    });
  } finally {
    await market.close();
    rmSync(folder, { recursive: true });
  }
}

const main = join(import.meta.dirname, '../../dist/cli/main.js');
/** As wide as a trade is long. */
const COLUMNS = 124;
const MARKET_MS = 4_000;
const TRADES_A_SECOND = 50_000;
