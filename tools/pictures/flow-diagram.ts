import { xmlText } from './xml-text.js';

interface Box {
  readonly title: string;
  readonly lines: readonly string[];
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** How a frame becomes a record of a sink, by hand and fused, as an SVG text. Colours follow the reader's scheme. */
export function flowDiagram(): string {
  const description = `${BOXES.map(({ title, lines }) => `${title}: ${lines.join(', ')}`).join('. ')}. Back-pressure runs from the sink to the socket.`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-labelledby="title description">
<title id="title">How a frame becomes a line of a file</title>
<desc id="description">${xmlText(description)}</desc>
<style>${STYLE}</style>
<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path class="tip" d="M0 0 L10 5 L0 10 z"/></marker></defs>
${WAYS.map((path) => `<path class="way" d="${path}" marker-end="url(#tip)"/>`).join('\n')}
<path class="back" d="M850 330 H40" marker-end="url(#tip)"/>
${LABELS.map(([text, x, y, name]) => `<text class="${name}" x="${x}" y="${y}">${xmlText(text)}</text>`).join('\n')}
${BOXES.map(drawBox).join('\n')}
</svg>
`;
}

function drawBox({ title, lines, x, y, width }: Box): string {
  const middle = x + width / 2;
  const height = 34 + lines.length * LINE;
  return [
    `<rect class="box" x="${x}" y="${y}" width="${width}" height="${height}" rx="8"/>`,
    `<text class="name" x="${middle}" y="${y + 22}">${xmlText(title)}</text>`,
    ...lines.map(
      (line, index) => `<text class="quiet middle" x="${middle}" y="${y + 42 + index * LINE}">${xmlText(line)}</text>`,
    ),
  ].join('\n');
}

const WIDTH = 890;
const HEIGHT = 360;
const LINE = 17;

const BOXES: readonly Box[] = [
  { title: 'socket', lines: ['chunks', 'cut into frames'], x: 20, y: 120, width: 130 },
  { title: 'session', lines: ['replies, pings,', 'subscriptions'], x: 180, y: 120, width: 130 },
  { title: 'intake', lines: ['time, duplicates,', 'gaps, number'], x: 340, y: 120, width: 130 },
  { title: 'by hand', lines: ['Readable of frames', 'parse() … batch()'], x: 520, y: 40, width: 150 },
  { title: 'fused', lines: ['the same steps,', 'Readable of pages'], x: 520, y: 210, width: 150 },
  { title: 'sink', lines: ['file, stdout,', 'Kafka, yours'], x: 740, y: 120, width: 120 },
];
const WAYS = [
  'M150 154 H178',
  'M310 154 H338',
  'M470 145 C495 140 500 90 518 84',
  'M470 163 C495 168 500 230 518 242',
  'M670 84 C710 90 710 140 738 146',
  'M670 242 C710 235 710 170 738 163',
];
const LABELS: readonly (readonly [text: string, x: number, y: number, name: string])[] = [
  ['lib/connect/', 205, 105, 'quiet'],
  ['lib/parse/, lib/validate/, lib/transform/, lib/batch/ …', 440, 24, 'quiet'],
  ['lib/source/', 560, 300, 'quiet'],
  ['lib/sink/', 770, 105, 'quiet'],
  ['frames', 484, 196, 'quiet'],
  ['pages', 690, 196, 'quiet'],
  ['back-pressure: a page that is not stored holds the socket', 270, 350, 'quiet'],
];

const STYLE = `
text { font: 13px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #24292f; }
.name { font-size: 16px; font-weight: 600; text-anchor: middle; }
.middle { text-anchor: middle; }
.quiet { fill: #57606a; }
.box { fill: #ddf4f6; stroke: #0b7d8a; stroke-width: 1.5; }
.way { fill: none; stroke: #57606a; stroke-width: 1.5; }
.back { fill: none; stroke: #57606a; stroke-width: 1.5; stroke-dasharray: 6 4; }
.tip { fill: #57606a; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; }
  .quiet { fill: #9198a1; }
  .box { fill: #10343a; stroke: #2fb5c4; }
  .way, .back { stroke: #9198a1; }
  .tip { fill: #9198a1; }
}
`;
