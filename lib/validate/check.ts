import type { RecordProblem } from '../errors.js';

/** What is wrong with a value; `undefined`: nothing. */
export type Found = readonly RecordProblem[] | undefined;

/** Holds a value against a schema, at once or later. */
export type Check = (value: unknown) => Found | PromiseLike<Found>;
