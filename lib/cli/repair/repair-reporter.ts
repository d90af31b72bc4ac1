import type { RepairSummary } from '../../repair/repair.js';
import type { RepairAction, RepairListener, RepairRefusal } from '../../repair/repair-listener.js';
import { formatNumber } from '../report/format.js';
import { paint } from '../terminal/colour.js';
import type { Dress } from '../terminal/dress.js';
import type { Output } from '../terminal/output.js';
import { ReadingStatus } from '../terminal/reading-status.js';
import type { RepairOptions } from './options.js';

/** Tells what a repair does, or would do. */
export class RepairReporter implements RepairListener {
  readonly #output: Output;
  readonly #options: RepairOptions;
  readonly #status: ReadingStatus;

  /** @param errors where progress goes, when that is a terminal */
  constructor(output: Output, errors: Output, options: RepairOptions) {
    this.#output = output;
    this.#options = options;
    this.#status = new ReadingStatus(errors);
  }

  acted({ kind, file, aside, message }: RepairAction): void {
    const { json, dryRun = false } = this.#options;
    this.#status.clear();
    if (json === true)
      this.#output.sayJson({ type: 'action', kind, file, aside: aside ?? null, done: !dryRun, message });
    else this.#output.say(`${file}: ${dryRun ? 'would be done: ' : ''}${message}`, dressPlace);
  }

  refused({ file, message }: RepairRefusal): void {
    this.#status.clear();
    if (this.#options.json === true) this.#output.sayJson({ type: 'refusal', file, message });
    else this.#output.say(`${file}: ${message}`, dressPlace);
  }

  sound(file: string): void {
    this.#status.clear();
    const { json, quiet } = this.#options;
    if (json !== true && quiet !== true) this.#output.say(`${file}: needs nothing.`, dressPlace);
  }

  progress(file: string, read: number, size: number): void {
    if (this.#options.quiet !== true) this.#status.show(file, read, size);
  }

  /** The last word. */
  conclude({ sound, actions, refused }: RepairSummary): void {
    this.#status.clear();
    const { json, quiet, dryRun = false } = this.#options;
    const ok = refused === 0 && !(dryRun && actions > 0);
    if (json === true) {
      this.#output.sayJson({ type: 'summary', ok, dry_run: dryRun, sound, actions, refused });
      return;
    }
    if (ok && actions === 0) {
      if (quiet !== true) this.#output.say('Nothing is to be done.');
      return;
    }
    const done = `${formatNumber(actions, 'thing')} ${dryRun ? 'would be done, and nothing was' : actions === 1 ? 'was done' : 'were done'}.`;
    const cannot = refused === 0 ? [] : [`${formatNumber(refused, 'thing')} cannot be mended.`];
    this.#output.say([...(actions > 0 ? [done] : []), ...cannot].join(' '));
  }
}

const dressPlace: Dress = (text) => text.replace(/^.*?(?=: )/, (place) => paint('bold', place));
