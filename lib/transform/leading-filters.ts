import type { JsonCheck } from '../json/check.js';
import { CheckedFields } from '../json/checked-fields.js';
import { FilterStep } from './filter-step.js';
import type { RecordStep } from './record-step.js';

/**
 * The filters that come before all other transforms, for frames that are one record each: they find their fields in the same
 * pass that checks the frame, which costs a fraction of a search for each.
 */
export class LeadingFilters {
  readonly #filters: readonly FilterStep[];
  readonly #fields: CheckedFields;

  /** @param check the one that the frames go through */
  constructor(filters: readonly FilterStep[], check: JsonCheck) {
    this.#filters = filters;
    this.#fields = new CheckedFields(
      filters.map(({ path }) => path),
      check,
    );
  }

  /** How many records they have left out. */
  get filtered(): number {
    return this.#filters.reduce((sum, step) => sum + step.filtered, 0);
  }

  /** Checks the text in bytes[start, end). Whether it passed. */
  check(bytes: Buffer, start: number, end: number): boolean {
    return this.#fields.check(bytes, start, end);
  }

  /** Whether the record that was checked, and that passed, goes on. */
  keep(bytes: Buffer): boolean {
    const fields = this.#fields;
    for (let which = 0; which < this.#filters.length; which++) {
      const isFound = fields.find(bytes, which);
      if (!(this.#filters[which] as FilterStep).keeps(isFound, bytes, fields)) return false;
    }
    return true;
  }
}

/** The filters that the steps begin with. */
export function leadingFilters(steps: readonly RecordStep[]): FilterStep[] {
  const others = steps.findIndex((step) => !(step instanceof FilterStep));
  return (others < 0 ? steps : steps.slice(0, others)) as FilterStep[];
}
