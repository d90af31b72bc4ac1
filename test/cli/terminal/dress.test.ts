import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STYLES } from '../../../lib/cli/terminal/colour.js';
import { type Dress, dressError, dressResult, dressSummary, dressVerdict } from '../../../lib/cli/terminal/dress.js';

/** What each text becomes, with its styles as tags. */
const CASES: readonly (readonly [dress: Dress, text: string, dressed: string])[] = [
  [dressError, 'spillway: ERR_SINK: It is full.', '<red>spillway:</red> <bold>ERR_SINK</bold>: It is full.'],
  [dressError, 'spillway trades: ERR_SINK: No.', '<red>spillway trades:</red> <bold>ERR_SINK</bold>: No.'],
  [dressError, 'No spillway: no.', 'No spillway: no.'],
  [
    dressError,
    'spillway: x\nfeed.yaml:1:2: No.\n  because: it is so\n  what to do: read\n    at f (a.js:1:2)',
    '<red>spillway:</red> x\n<bold>feed.yaml:1:2</bold>: No.\n<dim>  because: it is so</dim>\n<dim>  what to do: read</dim>\n<dim>    at f (a.js:1:2)</dim>',
  ],
  [
    dressSummary,
    'Ended:    it failed.\nGaps:     2, of 1 s\nWritten:  a',
    '<bold>Ended:</bold>    <red>it failed.</red>\n<bold>Gaps:</bold>     <yellow>2, of 1 s</yellow>\n<bold>Written:</bold>  a',
  ],
  [
    dressSummary,
    'Ended:    at the end.\nGaps:     none',
    '<bold>Ended:</bold>    at the end.\n<bold>Gaps:</bold>     none',
  ],
  [dressResult, 'ok   dns: found', '<green>ok</green>   dns: found'],
  [dressResult, 'okay', 'okay'],
  [dressResult, 'warn tls: old', '<yellow>warn</yellow> tls: old'],
  [dressResult, 'FAIL tcp: no\n     ok', '<red>FAIL</red> tcp: no\n     ok'],
  [dressResult, 'skip tls: no\n     more', '<dim>skip tls: no\n     more</dim>'],
  [
    dressVerdict,
    'Nothing found that is wrong. 1 warning: x.',
    '<green>Nothing found that is wrong.</green> <yellow>1 warning</yellow>: x.',
  ],
  [
    dressVerdict,
    '1 of 3 looks failed, 2 warnings: x.',
    '<red>1 of 3 looks failed</red>, <yellow>2 warnings</yellow>: x.',
  ],
];

for (const [dress, text, dressed] of CASES) {
  test(`for a terminal, ${JSON.stringify(text.slice(0, 30))} becomes ${JSON.stringify(dressed.slice(0, 50))}`, () => {
    assert.equal(tagged(dress(text)), dressed.replaceAll(/<\/\w+>/g, '</>'));
  });
}

/** With tags in the place of escape sequences, of which the last ends any style. */
function tagged(text: string): string {
  let told = text.replaceAll('\x1b[0m', '</>');
  for (const [name, code] of Object.entries(STYLES)) told = told.replaceAll(`\x1b[${code}m`, `<${name}>`);
  return told;
}
