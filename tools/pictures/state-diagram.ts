import { xmlText } from './xml-text.js';

/** A state of a run, as `stats.state` names it. */
interface State {
  readonly name: string;
  /** What it is busy with: lines below the name. */
  readonly lines: readonly string[];
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A way from one state to another. */
interface Way {
  readonly path: string;
  /** Lines of text, and where the first of them stands. */
  readonly lines: readonly string[];
  readonly x: number;
  readonly y: number;
}

/** The states of a run and what leads from one to the next, as an SVG text. Colours follow the reader's scheme. */
export function stateDiagram(): string {
  const description = `The states ${STATES.map(({ name }) => name).join(', ')}. ${WAYS.map(({ lines }) => lines.join(' ')).join('; ')}.`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-labelledby="title description">
<title id="title">The states of a run</title>
<desc id="description">${xmlText(description)}</desc>
<style>${STYLE}</style>
<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path class="tip" d="M0 0 L10 5 L0 10 z"/></marker></defs>
${WAYS.map(drawWay).join('\n')}
${STATES.map(drawState).join('\n')}
</svg>
`;
}

function drawState({ name, lines, x, y, width, height }: State): string {
  const middle = x + width / 2;
  return [
    `<rect class="state" x="${x}" y="${y}" width="${width}" height="${height}" rx="8"/>`,
    `<text class="name" x="${middle}" y="${y + 26}">${xmlText(name)}</text>`,
    ...lines.map(
      (line, index) => `<text class="quiet middle" x="${middle}" y="${y + 48 + index * LINE}">${xmlText(line)}</text>`,
    ),
  ].join('\n');
}

function drawWay({ path, lines, x, y }: Way): string {
  return [
    `<path class="way" d="${path}" marker-end="url(#tip)"/>`,
    ...lines.map((line, index) => `<text x="${x}" y="${y + index * LINE}">${xmlText(line)}</text>`),
  ].join('\n');
}

const WIDTH = 920;
const HEIGHT = 400;
const LINE = 17;

const STATES: readonly State[] = [
  { name: 'idle', lines: [], x: 20, y: 60, width: 90, height: 42 },
  {
    name: 'connecting',
    lines: ['credentials', 'proxy, DNS, TCP, TLS', 'upgrade', 'subscribed, confirmed'],
    x: 210,
    y: 40,
    width: 180,
    height: 112,
  },
  { name: 'open', lines: ['frames flow', 'three clocks run'], x: 560, y: 50, width: 150, height: 84 },
  { name: 'waiting', lines: ['the back-off', 'a gap lasts'], x: 340, y: 260, width: 150, height: 84 },
  { name: 'ended', lines: ['all is delivered'], x: 690, y: 290, width: 150, height: 66 },
];

const WAYS: readonly Way[] = [
  { path: 'M110 81 H208', lines: ['somebody', 'reads'], x: 122, y: 52 },
  { path: 'M390 81 H558', lines: ['confirmed'], x: 432, y: 72 },
  {
    path: 'M600 134 C590 200 530 240 478 258',
    lines: ['closed, dropped, or found dead', 'by a clock: a gap begins'],
    x: 390,
    y: 186,
  },
  { path: 'M300 152 C305 200 330 235 365 258', lines: ['failed'], x: 334, y: 210 },
  {
    path: 'M340 315 C200 310 190 230 240 154',
    lines: ['the wait is over: the same', 'endpoint, or the next one'],
    x: 20,
    y: 250,
  },
  {
    path: 'M690 66 C730 10 640 0 650 48',
    lines: ['a slow sink: paused, resumed;', 'the clocks stand still'],
    x: 722,
    y: 24,
  },
  {
    path: 'M690 134 C730 180 760 220 765 288',
    lines: ['max_messages, stop,', 'idle_timeout, or any', 'end without reconnect'],
    x: 768,
    y: 190,
  },
  { path: 'M490 322 H688', lines: ['given up, exhausted,', 'idle_timeout, stop'], x: 506, y: 342 },
];

const STYLE = `
text { font: 13px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #24292f; }
.name { font-size: 16px; font-weight: 600; text-anchor: middle; }
.middle { text-anchor: middle; }
.quiet { fill: #57606a; }
.state { fill: #ddf4f6; stroke: #0b7d8a; stroke-width: 1.5; }
.way { fill: none; stroke: #57606a; stroke-width: 1.5; }
.tip { fill: #57606a; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; }
  .quiet { fill: #9198a1; }
  .state { fill: #10343a; stroke: #2fb5c4; }
  .way { stroke: #9198a1; }
  .tip { fill: #9198a1; }
}
`;
