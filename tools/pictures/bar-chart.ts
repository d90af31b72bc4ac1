import { xmlText } from './xml-text.js';

/** A bar of a chart. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  /** What stands at its end: the value, and what it means. */
  readonly valueText: string;
  readonly note: string;
  /** Whether it is drawn in the colour that catches the eye. */
  readonly isOurs: boolean;
}

/** Some bars below a heading. */
export interface BarGroup {
  readonly title: string;
  readonly bars: readonly Bar[];
}

/** What is said about a chart. */
export interface ChartTexts {
  readonly title: string;
  readonly subtitle: string;
  readonly footer: string;
}

/**
 * A horizontal bar chart as an SVG text. Every bar carries its value, so that there is no axis to read it from; all of
 * them have one scale, which begins at zero. Colours follow the reader's light or dark scheme.
 */
export function barChart(texts: ChartTexts, groups: readonly BarGroup[]): string {
  const max = Math.max(...groups.flatMap(({ bars }) => bars.map(({ value }) => value)));
  const parts: string[] = [];
  let y = HEAD;
  for (const { title, bars } of groups) {
    parts.push(`<text class="group" x="${LEFT}" y="${y + 15}">${xmlText(title)}</text>`);
    y += GROUP_TITLE;
    for (const bar of bars) {
      parts.push(drawBar(bar, y, max));
      y += STEP;
    }
    y += GROUP_GAP;
  }
  const height = y + FOOT;
  const description = groups
    .flatMap(({ title, bars }) => bars.map(({ label, valueText, note }) => `${title}: ${label}, ${valueText} ${note}`))
    .join('; ');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title description">
<title id="title">${xmlText(texts.title)}</title>
<desc id="description">${xmlText(description)}</desc>
<style>${STYLE}</style>
<text class="title" x="${LEFT}" y="30">${xmlText(texts.title)}</text>
<text class="quiet" x="${LEFT}" y="52">${xmlText(texts.subtitle)}</text>
${parts.join('\n')}
<text class="quiet small" x="${LEFT}" y="${height - 14}">${xmlText(texts.footer)}</text>
</svg>
`;
}

function drawBar({ label, value, valueText, note, isOurs }: Bar, y: number, max: number): string {
  const width = Math.max(2, Math.round((value / max) * BAR_SPACE));
  const textY = y + BAR_HEIGHT / 2 + 5;
  return [
    `<text class="${isOurs ? 'ours label' : 'label'}" x="${BARS - 12}" y="${textY}">${xmlText(label)}</text>`,
    `<rect class="${isOurs ? 'ours' : 'other'}" x="${BARS}" y="${y}" width="${width}" height="${BAR_HEIGHT}" rx="3"/>`,
    `<text x="${BARS + width + 8}" y="${textY}"><tspan class="value">${xmlText(valueText)}</tspan> <tspan class="quiet">${xmlText(note)}</tspan></text>`,
  ].join('\n');
}

const WIDTH = 860;
const LEFT = 20;
const HEAD = 76;
const FOOT = 30;
const GROUP_TITLE = 26;
const GROUP_GAP = 14;
const STEP = 28;
const BAR_HEIGHT = 20;
const BARS = 300;
/** The room for the longest bar; the rest of the line is for its value. */
const BAR_SPACE = 400;

const STYLE = `
text { font: 14px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #24292f; }
.title { font-size: 18px; font-weight: 600; }
.group { font-weight: 600; }
.label { text-anchor: end; }
.ours.label, .value { font-weight: 600; }
.quiet { fill: #57606a; }
.small { font-size: 12px; }
rect.ours { fill: #0b7d8a; }
rect.other { fill: #afb8c1; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; }
  .quiet { fill: #9198a1; }
  rect.ours { fill: #2fb5c4; }
  rect.other { fill: #57606a; }
}
`;
