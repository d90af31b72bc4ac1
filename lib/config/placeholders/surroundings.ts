import type { Environment } from './environment.js';

/** Where placeholders get their values, in files and on the command line. */
export interface Surroundings {
  readonly env: Environment;
  /** The time that `${now.…}` tells, in epoch milliseconds. */
  readonly now: number;
  /** What a file holds, without its last line break. */
  readFile(path: string): Resolved;
}

/** What a pipeline file defines for its own placeholders. */
export interface Definitions {
  /** What a path such as `a.b` leads to in `vars`. */
  vars(path: string): Resolved;
  /** The value of one of `params`. */
  param(name: string): Resolved;
  /** What a path leads to in a block that files of many feeds have. */
  ofMany(block: ManyBlock, path: string): Resolved;
}

/** What the feeds of a file are made of: the row that one is of, its values of `each`, and templates. */
export type ManyBlock = 'row' | 'each' | 'sources' | 'sinks';

/** What a placeholder stands for, and where that is from; or what is wrong with it, `undefined` where that is said elsewhere. */
export type Resolved = ({ readonly value: unknown } & Partial<Origin>) | { readonly problem: string | undefined };

/** Where a value came from, as far as that matters. */
export interface Origin {
  /** Whether it must not be shown in a message. */
  readonly isHidden: boolean;
  /** Texts in it that are hidden wherever they are said. */
  readonly secrets: readonly string[];
  /** Texts in it that are hidden where a server says them back. */
  readonly given: readonly string[];
  /** Whether the time of the run is in it. */
  readonly isOfRun: boolean;
  /** Variables in it that are set, and empty. */
  readonly empty: readonly string[];
}

/** Where a value came from that was made of several. */
export function joinedOrigin(origins: readonly Partial<Origin>[]): Origin {
  return {
    isHidden: origins.some(({ isHidden }) => isHidden === true),
    secrets: [...new Set(origins.flatMap(({ secrets = [] }) => secrets))],
    given: [...new Set(origins.flatMap(({ given = [] }) => given))],
    isOfRun: origins.some(({ isOfRun }) => isOfRun === true),
    empty: [...new Set(origins.flatMap(({ empty = [] }) => empty))],
  };
}
