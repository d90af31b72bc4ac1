import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readSources, type SourceFile } from './support/imports.js';

/** What each room may import, beside itself. A room is a folder of `lib/`, or one of the files beside them. */
const MAY_IMPORT = {
  visible: [],
  errors: ['visible'],
  internal: ['visible', 'errors'],
  json: ['visible', 'errors', 'internal'],
  secrets: ['visible', 'errors', 'internal'],
  telemetry: [],
  frame: ['visible', 'errors', 'internal', 'json'],
  connect: ['visible', 'errors', 'internal', 'json', 'frame', 'secrets', 'telemetry'],
  parse: ['visible', 'errors', 'internal', 'json', 'frame', 'secrets'],
  stage: ['visible', 'errors', 'internal', 'json', 'parse'],
  validate: ['visible', 'errors', 'internal', 'json', 'parse', 'stage'],
  select: ['visible', 'errors', 'internal', 'json', 'parse'],
  envelope: ['visible', 'errors', 'internal', 'json', 'parse'],
  map: ['visible', 'errors', 'internal', 'json', 'parse', 'stage', 'batch'],
  dedupe: ['visible', 'errors', 'internal', 'connect', 'parse', 'stage'],
  rate: ['visible', 'errors', 'internal', 'json', 'parse', 'stage'],
  transform: ['visible', 'errors', 'internal', 'json', 'parse', 'stage', 'map'],
  merge: ['visible', 'errors', 'internal', 'json', 'frame', 'parse'],
  window: ['visible', 'errors', 'internal', 'json', 'frame', 'parse', 'stage', 'map'],
  batch: ['visible', 'errors', 'internal', 'json', 'parse'],
  kafka: ['visible', 'errors', 'internal'],
  sink: [
    'visible',
    'errors',
    'internal',
    'json',
    'frame',
    'telemetry',
    'parse',
    'batch',
    'kafka',
    'config',
    'manifest',
  ],
  replay: ['visible', 'errors', 'internal', 'json'],
  manifest: [],
  testing: ['visible', 'errors', 'internal', 'json', 'frame', 'parse', 'batch', 'replay'],
  config: ['visible', 'errors', 'internal', 'json', 'connect', 'parse', 'batch', 'transform'],
  source: [
    'visible',
    'errors',
    'internal',
    'json',
    'connect',
    'parse',
    'validate',
    'select',
    'envelope',
    'stage',
    'map',
    'transform',
    'batch',
    'sink',
    'config',
    'frame',
    'secrets',
    'telemetry',
  ],
  state: ['visible', 'errors', 'internal', 'frame', 'stage', 'batch', 'sink'],
  audit: [
    'visible',
    'errors',
    'internal',
    'json',
    'frame',
    'telemetry',
    'connect',
    'replay',
    'batch',
    'sink',
    'state',
    'spool',
    'manifest',
  ],
  repair: ['visible', 'errors', 'internal', 'json', 'frame', 'audit', 'sink', 'state', 'manifest'],
  spool: ['visible', 'errors', 'internal', 'json', 'frame', 'batch', 'sink', 'state'],
  plan: ['errors', 'config'],
  feed: [
    'visible',
    'errors',
    'internal',
    'connect',
    'plan',
    'parse',
    'batch',
    'sink',
    'config',
    'source',
    'state',
    'spool',
  ],
  feeds: ['errors', 'internal', 'connect', 'sink', 'config', 'source', 'state', 'spool', 'feed', 'telemetry'],
  observe: ['visible', 'errors', 'internal', 'json', 'frame', 'telemetry', 'connect', 'batch'],
  index: 'all',
  cli: 'all',
} as const satisfies Record<string, readonly string[] | 'all'>;

/** Rooms whose imports are for types alone. */
const TYPES_ONLY = [
  ['parse', 'frame'],
  ['window', 'frame'],
  ['sink', 'frame'],
  ['observe', 'connect'],
  ['observe', 'batch'],
  ['config', 'connect'],
  ['config', 'parse'],
  ['config', 'batch'],
] as const;

const BARRELS = ['index.ts', 'observe/index.ts', 'sink/kafka/index.ts', 'testing/index.ts'];

const sources = readSources(join(import.meta.dirname, '../lib'));

describe('the house', () => {
  it('is all there, and known', () => {
    const rooms = new Set(sources.map((source) => roomOf(source.path)));
    assert.deepEqual([...rooms].toSorted(), Object.keys(MAY_IMPORT).toSorted());
    assert.ok(sources.flatMap((source) => source.imports).length > 100);
  });

  it('has imports that name files which exist, with their suffix', () => {
    const paths = new Set(sources.map((source) => source.path));
    none(
      each(({ specifier, file }) => file !== undefined && (!specifier.endsWith('.js') || !paths.has(file))),
      'names no file of lib/',
    );
  });

  it('has no circle of files, in which none can be read first: imports of types count', () => {
    const importsOf = new Map(sources.map(({ path, imports }) => [path, imports.flatMap(({ file }) => file ?? [])]));
    const isDone = new Set<string>();
    const visit = (path: string, way: readonly string[]): void => {
      if (isDone.has(path)) return;
      const circle = way.includes(path) ? [...way.slice(way.indexOf(path)), path] : [];
      assert.deepEqual(circle, [], 'files that lead back to where they begin');
      for (const next of importsOf.get(path) ?? []) visit(next, [...way, path]);
      isDone.add(path);
    };
    for (const { path } of sources) visit(path, []);
  });

  it('lets a room see only itself, its left neighbour, json, errors and internal', () => {
    none(
      each(({ file }, source) => file !== undefined && !maySee(roomOf(source.path), roomOf(file))),
      'is a room that this one may not see',
    );
  });

  it('lets nothing but the types of some rooms be seen', () => {
    none(
      each(({ file, isTypeOnly }, source) =>
        TYPES_ONLY.some(
          ([room, other]) =>
            !isTypeOnly &&
            file !== undefined &&
            roomOf(source.path) === room &&
            roomOf(file) === other &&
            !(room === 'config' && isOptionTable(file)),
        ),
      ),
      'is a room of which this one may see types alone: use `import type`',
    );
  });

  it('lets the configuration see tables of options, which open no socket', () => {
    const byPath = new Map(sources.map((source) => [source.path, source]));
    for (const table of sources.filter(({ path }) => isOptionTable(path))) {
      const reached = new Set<string>();
      const walk = (source: SourceFile): void => {
        for (const { file, specifier, isTypeOnly } of source.imports) {
          if (isTypeOnly) continue;
          assert.doesNotMatch(specifier, SOCKETS, `lib/${table.path} leads to ${specifier} by lib/${source.path}`);
          if (file === undefined || reached.has(file)) continue;
          reached.add(file);
          walk(byPath.get(file)!);
        }
      };
      walk(table);
    }
  });

  it('lets nothing of a sink but what it is to files and commands see the configuration, or read dead letters', () => {
    const others = sources.filter(({ path }) => roomOf(path) === 'sink' && !OF_KINDS.test(path));
    assert.ok(others.length > 20);
    none(
      each(({ file, isTypeOnly }) => {
        if (file === undefined || isTypeOnly) return false;
        return ['config', 'parse'].includes(roomOf(file));
      }, others),
      'is for `kind.ts` and what that alone needs',
    );
  });

  it('knows a sink by its name in its own folder, and in the one table of all', () => {
    const kinds = sources.filter(({ path }) => /^sink\/\w+\/kind\.ts$/.test(path)).map(({ path }) => path);
    const table = sources.find(({ path }) => path === 'feed/sinks.ts')!;
    assert.deepEqual(
      table.imports.flatMap(({ file, isTypeOnly }) => (isTypeOnly ? [] : [file])).toSorted(),
      kinds.toSorted(),
    );
    const outside = sources.filter(({ path }) => roomOf(path) !== 'sink' && path !== 'feed/sinks.ts');
    none(holding(/\btype === '(csv|jsonl|kafka|stdout)'/, outside, CAPTURES), 'asks for a sink by its name');
  });

  it('has no cycle between rooms', () => {
    const neighbours = new Map<string, Set<string>>();
    for (const source of sources) {
      const room = roomOf(source.path);
      for (const { file } of source.imports) {
        if (file === undefined || roomOf(file) === room) continue;
        neighbours.set(room, (neighbours.get(room) ?? new Set()).add(roomOf(file)));
      }
    }
    assert.deepEqual(cycleIn(neighbours), []);
  });

  it('has four barrels, and no file imports the one of the library', () => {
    assert.deepEqual(
      sources.filter((source) => source.isBarrel).map((source) => source.path),
      BARRELS,
    );
    none(
      each(({ file, isReExport, specifier }, source) => {
        if (file === 'index.ts') return true;
        return isReExport && !BARRELS.includes(source.path) && specifier.endsWith('/index.js');
      }),
      'is a barrel',
    );
  });

  it('speaks to the terminal, and parses a command line, in cli/ alone', () => {
    const outside = sources.filter((source) => roomOf(source.path) !== 'cli');
    none(
      each(({ specifier }) => specifier === 'commander', outside),
      'is for cli/ alone',
    );
    const allowed = ['sink/stdout/stdout.ts', 'sink/stdout/kind.ts'];
    none(
      holding(/\bconsole\b|\bprocess\s*\.\s*(stdout|stderr)\b/, outside, allowed),
      'writes to the console: log to the `logger` option',
    );
    none(holding(/\bprocess\s*\.\s*(exit|exitCode)\b/, outside, []), 'ends the process, which is for cli/ alone');
  });

  it('uses the public API of streams and sockets alone', () => {
    // What `minizlib` itself writes to: looked for there, and done without where it is another one.
    const allowed = ['connect/socket/zlib-stream.ts'];
    none(
      holding(/\b_(readableState|writableState|socket|receiver|sender|events|handle)\b/, sources, allowed),
      'is not public',
    );
  });

  it('throws no bare Error', () => {
    none(holding(/\bthrow new (Error|TypeError|RangeError)\(/, sources, THROWS_PLAIN), 'is none of lib/errors.ts');
  });

  it('has no `any`, `enum` or `namespace`', () => {
    none(holding(/(:|<|as) any\b|\benum [A-Z]|\bnamespace [A-Z]/, sources, []), 'is not used here');
  });
});

/** `serialise()` is not public, and says what `JSON.stringify()` says; an example is no code of ours. */
const THROWS_PLAIN = ['json/serialise.ts'];

/** `connect/run.ts` is in the room `connect`, `source/check.ts` is in the room `source`. */
function roomOf(path: string): string {
  return path.split('/')[0]!.replace(/\.ts$/, '');
}

/** A stage's table of options: the configuration's schema, checks and types are made from it. */
function isOptionTable(path: string): boolean {
  return TABLES.includes(path);
}

const TABLES = [
  'backfill',
  'intake',
  'liveness',
  'reach',
  'reconnect',
  'resume',
  'rotation',
  'socket',
  'subscribe',
  'token',
]
  .map((name) => `connect/options/${name}-options.ts`)
  .concat('parse/formats.ts', 'parse/options.ts', 'batch/options.ts');
const SOCKETS = /^(node:)?(net|tls|http|https|dns|dgram)$|^(ws|socks)$/;

/** What a sink is to pipeline files and to commands. */
const OF_KINDS = /^sink\/kind\.ts$|^sink\/\w+\/(kind|open|faucet-terms)\.ts$/;
/** Its flags write to a file or to standard output, and no other sink. */
const CAPTURES = ['cli/capture/capture-of.ts'];

function maySee(room: string, other: string): boolean {
  const allowed: readonly string[] | 'all' | undefined = MAY_IMPORT[room as keyof typeof MAY_IMPORT];
  return room === other || allowed === 'all' || allowed?.includes(other) === true;
}

/** `file → import` for every import for which `isWrong` says so. */
function each(
  isWrong: (one: SourceFile['imports'][number], source: SourceFile) => boolean,
  among: readonly SourceFile[] = sources,
): string[] {
  return among.flatMap((source) =>
    source.imports.filter((one) => isWrong(one, source)).map((one) => `lib/${source.path} → ${one.specifier}`),
  );
}

/** `file: what it holds` for every file whose code matches. */
function holding(pattern: RegExp, among: readonly SourceFile[], allowed: readonly string[]): string[] {
  return among.flatMap((source) => {
    const found = pattern.exec(source.code);
    return found === null || allowed.includes(source.path) ? [] : [`lib/${source.path}: ${found[0]}`];
  });
}

function none(found: readonly string[], why: string): void {
  assert.equal(found.length, 0, found.map((one) => `${one} ${why}.`).join('\n'));
}

/** The rooms of one cycle, in order; none when there is no cycle. */
function cycleIn(neighbours: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const done = new Set<string>();
  const walk = (room: string, trail: readonly string[]): string[] => {
    if (trail.includes(room)) return [...trail.slice(trail.indexOf(room)), room];
    if (done.has(room)) return [];
    for (const next of neighbours.get(room) ?? []) {
      const cycle = walk(next, [...trail, room]);
      if (cycle.length > 0) return cycle;
    }
    done.add(room);
    return [];
  };
  for (const room of neighbours.keys()) {
    const cycle = walk(room, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}
