import { paint } from './colour.js';

/** A text of a command with styles for a terminal; it stays the same text. */
export type Dress = (text: string) => string;

/** An error: whose it is and which stand out, and so do the places in a file; causes and stacks stand back. */
export const dressError: Dress = (text) =>
  text
    .replace(/^spillway\b.*?:/, (label) => paint('red', label))
    .replace(/\bERR_[A-Z_]+(?=:)/, (code) => paint('bold', code))
    .replace(/^.+?:\d+:\d+(?=: )/gm, (place) => paint('bold', place))
    .replace(/^ {2}(because|what to do): .*$|^\s+at .*$/gm, (line) => paint('dim', line));

/** A summary: its labels stand out, and what was lost. */
export const dressSummary: Dress = (text) =>
  text
    .replace(/^(Ended: +)(it failed.*)$/gm, (_, label: string, failure: string) => label + paint('red', failure))
    .replace(/^(Gaps: +)(?! |none$)(.+)$/gm, (_, label: string, gaps: string) => label + paint('yellow', gaps))
    .replace(/^[A-Z]\w+:/gm, (label) => paint('bold', label));

/** What `doctor` found: its mark says how good that is. */
export const dressResult: Dress = (text) =>
  text
    .replace(/^ok\b/, (mark) => paint('green', mark))
    .replace(/^warn\b/, (mark) => paint('yellow', mark))
    .replace(/^FAIL\b/, (mark) => paint('red', mark))
    .replace(/^skip\b.*$/s, (lines) => paint('dim', lines));

/** What all looks of `doctor` come to. */
export const dressVerdict: Dress = (text) =>
  text
    .replace(/^Nothing found.*?\./m, (good) => paint('green', good))
    .replace(/^\d+ of .*? failed/m, (bad) => paint('red', bad))
    .replace(/\d+ warnings?(?=: )/, (count) => paint('yellow', count));
