import type { Frame, Run } from './recording.js';
import { xmlText } from './xml-text.js';

/**
 * A recording as an SVG text: a window that plays it again and again. Who sees no animation, or asked their system for
 * less of it, sees the last frame.
 */
export function terminalSvg(
  frames: readonly Frame[],
  options: { readonly columns: number; readonly title: string },
): string {
  const last = frames.at(-1);
  if (last === undefined) throw new Error('Nothing was recorded.');
  const rows = Math.max(...frames.map(({ lines }) => lines.findLastIndex((runs) => runs.length > 0) + 1));
  const width = Math.round(options.columns * CHARACTER + 2 * PADDING);
  const height = BAR + rows * LINE + 2 * PADDING;
  const lengthMs = last.atMs + HOLD_MS;
  const percent = (ms: number): string => ((ms / lengthMs) * 100).toFixed(2);
  const animations = frames.map(({ atMs }, index) => {
    const until = frames[index + 1]?.atMs;
    const end = until === undefined ? '' : `${percent(until)}%{visibility:hidden}`;
    return `@keyframes f${index}{0%{visibility:${index === 0 ? 'visible' : 'hidden'}}${percent(atMs)}%{visibility:visible}${end}}`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title description">
<title id="title">${xmlText(options.title)}</title>
<desc id="description">${xmlText(
    last.lines
      .map((runs) => runs.map(({ text }) => text).join(' '))
      .join('\n')
      .trim(),
  )}</desc>
<style>
text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#d7dde5;white-space:pre}
.b{font-weight:700}.d{opacity:.6}
${PALETTE.map((color, index) => `.c${index}{fill:${color}}`).join('')}
.f{visibility:hidden}.f:last-of-type{visibility:visible}
@media (prefers-reduced-motion:no-preference){
.f{animation:${lengthMs}ms steps(1,end) infinite}
${animations.map((animation, index) => `${animation}.f${index}{animation-name:f${index}}`).join('\n')}
}
</style>
<rect width="${width}" height="${height}" rx="9" fill="#161b22" stroke="#30363d"/>
${['#ff5f57', '#febc2e', '#28c840'].map((color, index) => `<circle cx="${18 + index * 18}" cy="${BAR / 2 + 2}" r="5.5" fill="${color}"/>`).join('')}
<text x="${width / 2}" y="${BAR / 2 + 6}" text-anchor="middle" class="d">${xmlText(options.title)}</text>
${frames.map(({ lines }, index) => `<g class="f f${index}">${lines.map(drawLine).join('')}</g>`).join('\n')}
</svg>
`;
}

/** Its width is given for each text, so that columns stay columns in whatever font the reader has. */
function drawLine(runs: readonly Run[], row: number): string {
  const y = BAR + PADDING + row * LINE + 13;
  return runs
    .map(({ column, text, color, isBold, isDim }) => {
      const classes = [isBold ? 'b' : '', isDim ? 'd' : '', color === undefined ? '' : `c${color}`].filter(Boolean);
      const style = classes.length === 0 ? '' : ` class="${classes.join(' ')}"`;
      const x = (PADDING + column * CHARACTER).toFixed(1);
      const length = (text.length * CHARACTER).toFixed(1);
      return `<text x="${x}" y="${y}" textLength="${length}" xml:space="preserve"${style}>${xmlText(text)}</text>`;
    })
    .join('');
}

const CHARACTER = 7.8;
const LINE = 19;
const PADDING = 16;
const BAR = 30;
/** How long the last frame stays. */
const HOLD_MS = 8_000;
/** The sixteen colours of a terminal. */
const PALETTE = [
  '#484f58',
  '#ff7b72',
  '#3fb950',
  '#d29922',
  '#58a6ff',
  '#bc8cff',
  '#39c5cf',
  '#b1bac4',
  '#6e7681',
  '#ffa198',
  '#56d364',
  '#e3b341',
  '#79c0ff',
  '#d2a8ff',
  '#56d4dd',
  '#ffffff',
];
