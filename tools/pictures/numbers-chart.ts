import { type FlowResults, flowResults } from '../../benchmarks/support/numbers.js';
import { type Bar, type BarGroup, barChart } from './bar-chart.js';

/** The chart of how many records a second there are, from the results of `benchmarks/flow.ts` on the newest Node.js. */
export function numbersChart(results: FlowResults | undefined = flowResults().at(-1)): string {
  if (results === undefined) throw new Error('Nothing is measured yet: `npm run bench`.');
  const [major] = results.node.slice(1).split('.');
  return barChart(
    {
      title: 'Records a second, from a socket',
      subtitle: `Trades of 123 bytes, one a frame, on Node.js ${major}; × is to the bare loop of ws and JSON.parse`,
      footer: `${results.machine}; ${results.frames / 1e6} million records, the median of ${results.rounds} rounds, ${results.date}. Measure it on yours: npm run bench`,
    },
    GROUPS.map(({ title, bars }) => ({ title, bars: bars.flatMap((bar) => barOf(bar, results)) })).filter(
      ({ bars }) => bars.length > 0,
    ),
  );
}

function barOf({ label, row: name }: Contender, results: FlowResults): Bar[] {
  const row = results.rows.find((candidate) => candidate.name === name);
  if (row === undefined) return [];
  return [
    {
      label,
      value: row.recordsPerSecond,
      valueText: `${(row.recordsPerSecond / 1e6).toFixed(2)} M/s`,
      note: `${row.ratioToBareLoop.toFixed(1)} ×`,
      isOurs: name.startsWith('spillway'),
    },
  ];
}

/** A row of the results, and what it is called in the chart. */
interface Contender {
  readonly label: string;
  readonly row: string;
}

const GROUPS: readonly (Omit<BarGroup, 'bars'> & { readonly bars: readonly Contender[] })[] = [
  { title: 'Received and thrown away', bars: [{ label: 'ws alone', row: 'ws alone, frames thrown away' }] },
  {
    title: 'As values in the program',
    bars: [
      { label: 'spillway: pages, all values', row: 'spillway, fused to pages, all values' },
      { label: 'bare loop: ws + JSON.parse', row: 'bare loop: ws + JSON.parse' },
      { label: 'createWebSocketStream + split2', row: 'createWebSocketStream + split2(JSON.parse)' },
    ],
  },
  {
    title: 'Into a JSONL file',
    bars: [
      { label: 'spillway: createSource()', row: 'spillway, fused to a JSONL file' },
      { label: 'spillway: pages reused', row: 'spillway, fused to a JSONL file, pages reused' },
      { label: 'spillway run', row: 'spillway run (command)' },
      {
        label: 'spillway: half filtered out',
        row: 'spillway, fused to a JSONL file, by a filter that drops half',
      },
      { label: 'spillway: stages by hand', row: 'spillway, by hand to a JSONL file' },
      { label: 'spillway: with envelope', row: 'spillway, fused with envelope to a JSONL file' },
      { label: 'Rust: fastwebsockets + serde', row: 'Rust: fastwebsockets + serde_json' },
      { label: 'Rust: tungstenite + serde', row: 'Rust: tungstenite + serde_json' },
      { label: 'Go: gobwas/ws', row: 'Go: gobwas/ws + json.Valid' },
      { label: 'Go: coder/websocket', row: 'Go: coder/websocket + json.Valid' },
      { label: 'Python: picows + orjson', row: 'Python: picows + orjson' },
      { label: 'bare loop: its text', row: 'bare loop to a file: ws + JSON.parse, its text' },
      { label: 'bare loop + JSON.stringify', row: 'bare loop to a file: ws + JSON.parse + JSON.stringify' },
      { label: 'faucet run (Rust)', row: 'faucet run (command, the original in Rust)' },
    ],
  },
];
