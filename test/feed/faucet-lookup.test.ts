import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { formatPath, type Path } from '../../lib/config/check/findings.js';
import { sentenceOf } from '../../lib/config/faucet/terms.js';
import { ConfigError } from '../../lib/errors.js';
import { faucetKey, faucetNotes, faucetWord } from '../../lib/feed/faucet-lookup.js';
import { faucetTerms } from '../../lib/feed/faucet-terms.js';
import { parsePipelineText } from '../../lib/feed/pipeline-file.js';

const VALID = `version: 1
pipeline:
  source: { type: websocket, config: { url: ws://x, unbounded: true } }
  sink: { type: jsonl, config: { path: a.jsonl } }
`;

for (const terms of faucetTerms) {
  for (const [kind, known] of Object.entries({ keys: terms.keys ?? {}, words: terms.words ?? {} })) {
    for (const [name, term] of Object.entries(known)) {
      const place = [...terms.at.map(someKey), ...(kind === 'keys' ? [name] : [])];

      test(`${formatPath(place)} ${kind === 'words' ? `with ${name} ` : ''}is ${term.verdict} in a sentence of its own`, () => {
        const file = parse(VALID) as Record<string, unknown>;
        if (terms.sink !== undefined)
          (file as never as { pipeline: { sink: object } }).pipeline.sink = sinkOf(terms.sink);
        // A queue of dead letters is one with a sink.
        if (place[1] === 'dlq') put(file, ['pipeline', 'dlq', 'sink'], { type: 'jsonl', config: { path: 'b.jsonl' } });
        if (place[0] === 'matrix') put(file, ['matrix', 0, 'id'], 'a');
        put(file, place, kind === 'words' ? name : term.verdict === 'noted' && terms.sink === 'kafka' ? 1 : {});
        const told = { path: formatPath(place), message: sentenceOf(name, term) };
        assert.match(told.message, /^`.+` (of faucet|does not stand here).*: [^.].*[^.]\.$/s);
        const found = outcome(JSON.stringify(file)).map(({ path, message }) => ({ path, message }));
        assert.deepEqual(found, [told]);
      });
    }
  }
}

for (const terms of faucetTerms) {
  const root = { pipeline: { sink: { type: terms.sink } } };
  const at = terms.at.map(someKey);
  // None of them is where any of faucet's is.
  for (const path of [
    ['elsewhere', ...at.slice(1)],
    [...at, 'elsewhere'],
    ['elsewhere', ...at],
  ]) {
    test(`What faucet has at ${formatPath(at) || 'the top'} is nothing at ${formatPath(path)}`, () => {
      for (const name of Object.keys(terms.keys ?? {})) assert.equal(faucetKey(path, name, root), undefined, name);
      for (const word of Object.keys(terms.words ?? {})) assert.equal(faucetWord(path, word, root), undefined, word);
    });
  }
}

test('A note has line and column', () => {
  const text = `${VALID}execution: { max_concurrent: 4 }\n`;
  assert.deepEqual(
    parsePipelineText(text).notes.map(({ line, column, path }) => [line, column, path]),
    [[5, 1, 'execution']],
  );
});

test('A term of a sink is of that sink alone', () => {
  const file = VALID.replace('jsonl, config: { path: a.jsonl }', 'stdout, config: { encryption: {} }');
  assert.deepEqual(
    outcome(file).map(({ message }) => message),
    ['There is no such key. Known are: format, destination, flush_per_record, max_records, drain_timeout, batch_size.'],
  );
});

test('A file with nothing of faucet has no notes, whatever it holds', () => {
  for (const root of [null, 1, 'x', [], {}, { pipeline: null }, { pipeline: [] }])
    assert.deepEqual(faucetNotes(root), []);
});

/** Every problem, or the notes of a valid file. */
function outcome(text: string): readonly { readonly path: string; readonly message: string }[] {
  try {
    return parsePipelineText(text, { env: {} }).notes;
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.problems;
  }
}

/** For `*`: the first of a list, or any key of an object. */
function someKey(key: string, index: number, at: readonly string[]): string | number {
  if (key !== '*') return key;
  return ['transforms', 'matrix'].includes(at[index - 1]!) ? 0 : 'any';
}

function put(root: Record<string, unknown>, [key, ...rest]: Path, value: unknown): void {
  if (rest.length === 0) root[key!] = value;
  else put((root[key!] ??= typeof rest[0] === 'number' ? [] : {}) as Record<string, unknown>, rest, value);
}

const TOPIC = { type: 'fixed', name: 't' };

function sinkOf(type: string): object {
  const needed = {
    csv: { path: 'a', columns: ['a'] },
    jsonl: { path: 'a' },
    kafka: { brokers: 'a:1', topic: TOPIC, value_format: { type: 'json' }, key_format: { type: 'json' } },
    stdout: {},
  };
  return { type, config: needed[type as keyof typeof needed] };
}
