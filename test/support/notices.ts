import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JSON_HELP } from '../../lib/cli/report/report-options.js';
import type { Logger } from '../../lib/internal/logger.js';

/** What is told: by a call, as facts with a name that the help of `--json` has, and in words. */
export type Told<N> = readonly [
  tell: (notices: N) => void,
  facts: { readonly event: string; readonly [key: string]: unknown },
  message: string,
];

/** Defines a test of each notice. @param always facts that all of them have */
export function tellsOf<N>(make: (logger: Logger) => N, always: object, all: readonly Told<NoInfer<N>>[]): void {
  for (const [tell, facts, message] of all) {
    test(`${facts.event} is told as facts, and in words: ${message.slice(0, 60)}…`, () => {
      const told: unknown[] = [];
      const warn = (...given: unknown[]): void => void told.push(...given);
      tell(make({ debug() {}, info() {}, error() {}, warn }));
      assert.deepEqual(told, [{ ...facts, ...always }, message]);
      assert.match(JSON_HELP, new RegExp(`\\b${facts.event}\\b`));
    });
  }
}
