import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse, stringify } from 'yaml';
import { authSchemas } from '../../lib/config/auth/auth-schema.js';
import { sourceConfigSchema } from '../../lib/config/source-schema.js';
import { parsePipelineText } from '../../lib/feed/pipeline-file.js';
import { sinkKinds } from '../../lib/feed/sinks.js';
import { keysShown } from '../support/key-table.js';
import { pageAt } from '../support/pages.js';

const PAGE = pageAt('docs/configuration.md');

/** The sections that have keys of a source or of a sink. */
const GROUPS = PAGE.split(/^## /m)
  .slice(1)
  .map((section) => ({ title: section.split('\n')[0]!, section, keys: keysShown(section) }))
  .filter(({ title, keys }) => keys.size > 0 || title.startsWith('The sink '));

describe('docs/configuration.md', () => {
  it('has every key of a source in one group, and no other', () => {
    assert.deepEqual(keysShown(PAGE).get('')!.toSorted(), Object.keys(sourceConfigSchema.properties).toSorted());
  });

  it('has every key of each sink, or leads to the page that has', () => {
    const shown = new Map([...keysShown(PAGE), ...keysShown(pageAt('docs/kafka.md'))]);
    for (const [type, { schema }] of Object.entries(sinkKinds)) {
      assert.deepEqual(shown.get(type), Object.keys(schema.properties), type);
      assert.ok(PAGE.includes(`\n## The sink ${type}\n`), type);
    }
  });

  it('has every kind of credentials with its keys', () => {
    const rows = [...PAGE.matchAll(/^\| `(\w+)` \| (.*) \| [^|]+ \|$/gm)].map(
      ([, type, keys]) => [type, keys] as const,
    );
    const byType = new Map(rows);
    for (const type of authSchemas.auth.properties.type.enum) assert.ok(byType.has(type), type);
    assert.equal(byType.get('static'), '`token`, `header`, `value`, `username`, `password`');
    assert.equal(byType.get('bearer'), '`token`');
    assert.equal(byType.get('none'), 'nothing');
    for (const type of ['token_file', 'oauth2', 'token_endpoint'] as const) {
      assert.deepEqual(keysShown(PAGE).get(type), Object.keys(authSchemas[type].properties), type);
    }
    assert.deepEqual(
      [...keysShown(PAGE).get('oauth2')!, ...keysShown(PAGE).get('oauth2_refresh')!],
      Object.keys(authSchemas.oauth2_refresh.properties),
    );
  });

  for (const { title, section, keys } of GROUPS) {
    it(`says when one needs "${title}", and shows it by an example that is valid`, () => {
      assert.match(section, /\n\nYou need /);
      const [, yaml] = /^```yaml\n([\s\S]*?)^```$/m.exec(section) ?? assert.fail('no example');
      const given = parse(yaml!) as Record<string, unknown>;
      parsePipelineText(stringify(asFile(given)), { env: { CLIENT_SECRET: 'x', API_KEY: 'x' } });
      const own = [...keys].flatMap(([of, names]) => (of === '' ? names : []));
      const config = 'version' in given ? (given as never as File).pipeline.source.config : given;
      if (own.length > 0)
        assert.ok(
          own.some((key) => key in config),
          own.join(),
        );
    });
  }
});

interface File {
  readonly pipeline: { readonly source: { readonly config: object } };
}

/** A piece of a `config`, a sink, or a whole file as a file. */
function asFile(given: Readonly<Record<string, unknown>>): object {
  if ('version' in given) return given;
  const { sink = { type: 'stdout' }, ...config } = given;
  const address = 'urls' in config ? {} : { url: 'wss://example.com/feed' };
  return {
    version: 1,
    pipeline: { source: { type: 'websocket', config: { ...address, unbounded: true, ...config } }, sink },
  };
}
