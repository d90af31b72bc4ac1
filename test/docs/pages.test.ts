import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import { Command } from 'commander';
import { captureCommand } from '../../lib/cli/capture.js';
import { completionCommand } from '../../lib/cli/completion.js';
import { demoCommand } from '../../lib/cli/demo.js';
import { doctorCommand } from '../../lib/cli/doctor.js';
import { DAY_MS, parseTime } from '../../lib/cli/grammar.js';
import { initCommand } from '../../lib/cli/init.js';
import { planCommand } from '../../lib/cli/plan.js';
import { feedConfig, givenOf } from '../../lib/cli/preview/feed-config.js';
import { previewCommand } from '../../lib/cli/preview.js';
import { repairCommand } from '../../lib/cli/repair.js';
import { replayCommand } from '../../lib/cli/replay.js';
import { runCommand } from '../../lib/cli/run.js';
import { schemaCommand } from '../../lib/cli/schema.js';
import { serveCommand } from '../../lib/cli/serve.js';
import { Output } from '../../lib/cli/terminal/output.js';
import { topCommand } from '../../lib/cli/top.js';
import { validateCommand } from '../../lib/cli/validate.js';
import { verifyCommand } from '../../lib/cli/verify.js';
import { parsePipelines } from '../../lib/feed/pipeline-file.js';
import { sinkKinds } from '../../lib/feed/sinks.js';
import { FieldReader } from '../../lib/json/field.js';
import { PAGES as PATHS, pageAt } from '../support/pages.js';

const PAGES = PATHS.map((path) => ({ path, text: pageAt(path) }));
const COMMAND_PAGE = pageAt('docs/command.md');

const OUTPUT = new Output(new PassThrough());
const COMMANDS: ReadonlyMap<string, () => Command> = new Map([
  ['run', () => runCommand(OUTPUT)],
  ['capture', () => captureCommand(OUTPUT)],
  ['preview', () => previewCommand(OUTPUT)],
  ['serve', () => serveCommand(OUTPUT)],
  ['replay', () => replayCommand(OUTPUT)],
  ['verify', () => verifyCommand(OUTPUT)],
  ['repair', () => repairCommand(OUTPUT)],
  ['demo', () => demoCommand(OUTPUT)],
  ['doctor', () => doctorCommand()],
  ['init', () => initCommand(OUTPUT)],
  ['top', () => topCommand()],
  ['plan', () => planCommand(OUTPUT)],
  ['validate', () => validateCommand()],
  ['schema', () => schemaCommand()],
  ['completion', () => completionCommand(new Command('spillway'))],
]);

describe('what the pages show', () => {
  const lines = PAGES.flatMap(({ path, text }) =>
    blocksOf(text, 'sh').flatMap((block) => commandLines(block).map((line) => ({ path, line }))),
  );
  for (const { path, line } of lines) {
    it(`${path}: the command takes "${line}"`, () => assertTaken(line));
  }

  for (const [name, make] of COMMANDS) {
    it(`is taken as it stands in the examples that explain ${name}`, async () => {
      let help = '';
      make()
        .configureOutput({ writeOut: (text) => (help += text) })
        .outputHelp();
      const shown = [...help.matchAll(/^ +(?:\$|\w+) .*?(spillway .*)$/gm)].map(([, line]) => line!);
      const examples = shown.flatMap(commandLines);
      assert.ok(examples.length > 0);
      for (const line of examples) await assertTaken(line);
    });
  }

  const files = PAGES.flatMap(({ path, text }) =>
    blocksOf(text, 'yaml')
      // Those of examples/ are run, each by a test of its own.
      .filter((block) => /^version: 1$/m.test(block) && !block.startsWith('# examples/'))
      .map((block) => ({ path, block })),
  );
  for (const [index, { path, block }] of files.entries()) {
    it(`${path}: the pipeline file ${index + 1} is valid`, () => {
      const { feeds } = parsePipelines(block, { env: { TOKEN: 'x' } });
      assert.ok(feeds.every(({ sink }) => sink.type in sinkKinds));
    });
  }

  it('is looked at', () => {
    assert.ok(lines.length >= 20);
    assert.ok(files.length >= 1);
  });
});

describe('docs/command.md', () => {
  const sections = [...COMMAND_PAGE.matchAll(/^## spillway (\w+)\n([\s\S]*?)(?=^## |$(?![\s\S]))/gm)];

  it('has a section for each command but demo, and the README a row for each', () => {
    const names = sections.map(([, name]) => name!);
    assert.deepEqual(new Set([...names, 'demo']), new Set(COMMANDS.keys()));
    const inReadme = [...pageAt('README.md').matchAll(/^\| `spillway (\w+)/gm)].map(([, name]) => name);
    assert.deepEqual(new Set(inReadme), new Set(COMMANDS.keys()));
  });

  for (const [, name, section] of sections) {
    it(`names no flag that ${name} has not`, () => {
      const known = COMMANDS.get(name!)!().options.flatMap(({ short, long }) => [short, long]);
      for (const [, flag] of section!.matchAll(/`(--?[a-z][a-z-]*)/g)) {
        assert.ok(known.includes(flag!) || ELSEWHERE.has(`${name} ${flag}`), flag);
      }
    });
  }
});

describe('the times that docs/command.md names', () => {
  for (const [name, flag, text, sentence] of [
    ['init', '--wait', '5s', 'within `--wait` (5 s)'],
    ['doctor', '--wait', '10s', '`--wait` says how long it may take (10 s)'],
    ['preview', '--within', '1m', 'after a\nminute (`--within`)'],
  ] as const) {
    it(`are those of the command: ${name} ${flag}`, () => {
      assert.ok(COMMAND_PAGE.includes(sentence));
      const option = COMMANDS.get(name)!().options.find(({ long }) => long === flag)!;
      assert.equal(option.defaultValueDescription, text);
      assert.equal(option.defaultValue, parseTime(DAY_MS)(text));
    });
  }

  it('are those of the command: preview without --idle-timeout', async () => {
    assert.ok(COMMAND_PAGE.includes('after 10 s without a frame (`--idle-timeout`)'));
    const wanted = { count: 1, isShape: false, given: await givenOf('address', [], {}) };
    const { source } = await feedConfig('address', 'ws://127.0.0.1:9', [], {}, wanted);
    assert.equal(source.idleTimeoutMs, 10_000);
  });
});

describe('the table of paths', () => {
  it('shows paths that lead where it says', () => {
    const record = Buffer.from(
      '{"price":1,"data":{"price":2},"trades":[{"id":3}],"a.b":{"c":4},"$x":5,"*":6,"o":{"0":7}}',
    );
    const [table] = /^\| path +\| leads to.*\n(?:\|.*\n)+/m.exec(pageAt('docs/configuration.md'))!;
    const paths = [...table.matchAll(/^\| (`.+?) +\| /gm)].flatMap(([, cell]) => quotedIn(cell!));
    assert.deepEqual(
      paths.map((path) => {
        const reader = new FieldReader(path);
        return reader.find(record, 0, record.length) ? record.toString('utf8', reader.start, reader.end) : undefined;
      }),
      ['1', '1', '2', '2', '3', '3', '4', '4', record.toString()],
    );
    for (const [path, expected] of [
      ["$['$x']", '5'],
      ["['*']", '6'],
      ['o.0', '7'],
    ] as const) {
      const reader = new FieldReader(path);
      assert.ok(reader.find(record, 0, record.length), path);
      assert.equal(record.toString('utf8', reader.start, reader.end), expected);
    }
  });
});

async function assertTaken(line: string): Promise<void> {
  const [name, ...args] = wordsOf(line);
  const command = COMMANDS.get(name!)!();
  let isTaken = false;
  command.action(() => {
    isTaken = true;
  });
  await command.exitOverride().parseAsync(args, { from: 'user' });
  assert.ok(isTaken, line);
}

function blocksOf(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, block]) => block!);
}

/** What is given to `spillway` in a block of shell. */
function commandLines(block: string): string[] {
  return block
    .split('\n')
    .flatMap((line) => line.split(/ && | \| /))
    .flatMap((part) => /(?:^|<\()(?:npx )?spillway (.*?)(?:\)' >>.*| +# .*| 2?[<>] .*)?$/.exec(part)?.[1] ?? []);
}

/** The words of a command line, as a shell parts them. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare!);
}

function quotedIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => text!);
}

/** Flags that a section names and that are those of another command. */
const ELSEWHERE: ReadonlySet<string> = new Set(['serve --envelope', 'top --listen', 'top --listen-token']);
