import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveSourceConfig } from '../../lib/config/source-config.js';
import { ConfigError } from '../../lib/index.js';

/** Tests that each configuration is refused, with this problem among those that are told. */
export function refuses(cases: readonly (readonly [config: object, path: string, message: string])[]): void {
  for (const [config, path, message] of cases) {
    test(`${JSON.stringify(config)} is refused at ${path}`, () => {
      assert.throws(
        () => resolveSourceConfig({ url: 'wss://a', unbounded: true, ...config }),
        (error) => {
          assert.ok(error instanceof ConfigError);
          assert.deepEqual(
            error.problems.find((problem) => problem.path === path),
            { path, message },
          );
          return true;
        },
      );
    });
  }
}
