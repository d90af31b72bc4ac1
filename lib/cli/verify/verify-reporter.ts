import type { AuditListener, AuditProgress, FileFacts, Finding } from '../../audit/finding.js';
import type { AuditSummary } from '../../audit/tally.js';
import { formatBytes, formatNumber } from '../report/format.js';
import { paint } from '../terminal/colour.js';
import type { Dress } from '../terminal/dress.js';
import type { Output } from '../terminal/output.js';
import { ReadingStatus } from '../terminal/reading-status.js';
import type { VerifyOptions } from './options.js';

/** Tells what an audit finds, and on a terminal how far it is. */
export class VerifyReporter implements AuditListener {
  readonly #output: Output;
  readonly #options: VerifyOptions;
  readonly #startedAt = performance.now();
  readonly #status: ReadingStatus;

  /** @param errors where progress goes, when that is a terminal */
  constructor(output: Output, errors: Output, options: VerifyOptions) {
    this.#output = output;
    this.#status = new ReadingStatus(errors);
    this.#options = options;
  }

  found({ kind, isWrong, file, line, column, byte, message }: Finding): void {
    this.#status.clear();
    if (this.#options.json === true) {
      const place = { line: line ?? null, column: column ?? null, byte: byte ?? null };
      this.#output.sayJson({ type: 'finding', kind, wrong: isWrong, file, ...place, message });
    } else if (isWrong || this.#options.quiet !== true) {
      const place = [file, line, column].filter((part) => part !== undefined).join(':');
      this.#output.say(`${place}: ${isWrong ? '' : 'note: '}${message}`, dressFinding);
    }
  }

  read({ file, bytes, records, gaps, wrong, checked }: FileFacts): void {
    this.#status.clear();
    const { json, quiet } = this.#options;
    if (json === true) this.#output.sayJson({ type: 'file', file, bytes, records, gaps, wrong, checked });
    else if (wrong > 0 || quiet !== true) this.#output.say(fileText({ file, bytes, records, gaps, wrong, checked }));
  }

  progress({ file, read, size }: AuditProgress): void {
    if (this.#options.quiet !== true) this.#status.show(file, read, size);
  }

  /** The last word. */
  conclude(summary: AuditSummary): void {
    this.#status.clear();
    const { files, bytes, records, gaps, wrong, notes, unvouched } = summary;
    const { json, quiet } = this.#options;
    if (json === true) {
      this.#output.sayJson({ type: 'summary', ok: wrong === 0, files, bytes, records, gaps, wrong, notes });
      return;
    }
    if (wrong === 0 && quiet === true) return;
    const seconds = (performance.now() - this.#startedAt) / 1_000;
    const rate = seconds < 1 ? '' : `, ${formatBytes(bytes / seconds)} a second`;
    const what = `${formatNumber(files, 'file')}, ${formatNumber(records, 'record')}, ${formatNumber(gaps, 'gap')}, ${formatBytes(bytes)}${rate}`;
    const verdict = wrong === 0 ? 'Nothing is wrong.' : `${wrong === 1 ? '1 thing is' : `${wrong} things are`} wrong.`;
    const lines = [`${verdict} ${what}.`];
    if (unvouched > 0) lines.push(unvouchedText(unvouched, files));
    if (summary.mendable > 0) lines.push('`spillway repair --dry-run` with the same paths says what can be mended.');
    this.#output.say(lines, dressVerdict);
  }
}

function fileText({ file, bytes, records, gaps, wrong, checked }: FileFacts): string {
  const what = checked.includes('lines')
    ? `${formatNumber(records, 'record')} and ${formatNumber(gaps, 'gap')} in ${formatBytes(bytes)}`
    : formatBytes(bytes);
  const beside = checked.flatMap((check) => BESIDE[check] ?? []);
  const against = beside.length === 0 ? '' : `, held against ${beside.join(' and ')}`;
  return `${file}: ${wrong === 0 ? 'well' : `${wrong} wrong`}: ${what}${against}.`;
}

function unvouchedText(unvouched: number, files: number): string {
  const of = unvouched === files ? (files === 1 ? 'this file' : 'these files') : `${unvouched} of these files`;
  return (
    `Not looked at: whether records are missing from ${of} without a trace. That takes numbers in the records (--sequence), ` +
    'a ledger (--state of the run) or a manifest.'
  );
}

const BESIDE: { readonly [check: string]: string } = {
  sequence: 'the numbers of the feed',
  ledger: 'its ledger',
  manifest: 'its manifest',
  spool: 'the checksums of its pages',
};

const dressFinding: Dress = (text) =>
  text.replace(/^.*?(?=: )/, (place) => paint('bold', place)).replace(/: note: .*$/, (note) => paint('dim', note));

const dressVerdict: Dress = (text) =>
  text
    .replace(/^Nothing is wrong\./, (good) => paint('green', good))
    .replace(/^\d+ things? (is|are) wrong\./, (bad) => paint('red', bad));
