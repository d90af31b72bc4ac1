import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { AuditOptions } from '../../lib/audit/audit.js';
import { FileFindings } from '../../lib/audit/file-findings.js';
import type { Finding } from '../../lib/audit/finding.js';
import { LineAudit } from '../../lib/audit/line-audit.js';
import { LineCutter } from '../../lib/audit/line-cutter.js';
import { MANIFEST_NAME } from '../../lib/manifest/manifest.js';
import { encodeEntry, type LedgerEntry } from '../../lib/state/ledger-entry.js';
import { flip, keptFeed, sealedFiles, sealedLine } from '../support/audit-files.js';
import { tempFolder } from '../support/temp-folder.js';
import { audited } from './audited.js';

const GAP = { cause: 'disconnected', connection: 1, code: 1006, from: 5, to: 9, duration_ms: 4, dropped: 0 };
const gapLine = (facts: object): string =>
  `${JSON.stringify({ gap: { ...GAP, after_sequence: 4, before_sequence: 5, ...facts } })}\n`;
const NUMBERED: AuditOptions = { sequence: { path: 'u' } };
const NESTED = `${'[1,'.repeat(20)}x${',1]'.repeat(20)}`;
const record = (at: number): string => `{"data":1,"received_at":${at},"url":"ws://x"}\n`;

describe('an audit says what is wrong with lines, and where', () => {
  const cases: [content: string | Buffer, messages: string[], options?: AuditOptions][] = [
    ['\ufeff1\n', ['It begins with a byte order mark, which is not part of JSON.']],
    ['1\n\n2\n', ['One line is empty, and no record.']],
    ['1\n\n\r\n2\n', ['2 lines are empty, and no record.']],
    ['1\n\0', ['The file ends with 1 zero byte, as a power failure leaves them.']],
    ['1\n\0\0', ['The file ends with 2 zero bytes, as a power failure leaves them.']],
    ['1\n{"n":3}\0\0', ['The file ends with 2 zero bytes, as a power failure leaves them.']],
    ['1\n{"n":3}\0', ['The file ends with 1 zero byte, as a power failure leaves them.']],
    ['1\n{"n":3}', ['The last line is whole, and has no line feed behind it.']],
    ['1\n{"n":', ['The last line is torn: its 5 bytes are no whole record, and have no line feed behind them.']],
    ['1\n\0\0"', ['The last line is torn: its 3 bytes are no whole record, and have no line feed behind them.']],
    ['1\n{"n":}\n2\n', ['The line is no JSON: expected a value, near "{\\"n\\":}".']],
    ['1\n{"n"\n2\n', ['The line is no JSON: expected ":", but the text ends.']],
    [`${NESTED}\n`, [`The line is no JSON: expected a value, near ${JSON.stringify(NESTED.slice(40, 80))}.`]],
    [gapLine({ to: 4 }), ['The gap makes no sense: it ends (4) before it begins (5).']],
    [gapLine({ cause: 'x'.repeat(50) }), [`The gap makes no sense: its cause is "${'x'.repeat(40)}", which is none.`]],
    [
      gapLine({ before_sequence: 4 }),
      ['The gap makes no sense: its `before_sequence` (4) does not come after its `after_sequence` (4).'],
    ],
    [
      gapLine({ cause: 'overflow', dropped: 4, before_sequence: 8 }),
      ['The gap makes no sense: it dropped 4 frames, and only 3 are between 4 and 8.'],
    ],
    [
      gapLine({ cause: 'sequence', missing: 2, before_sequence: 6 }),
      ['The gap makes no sense: it misses 2 numbers, and only 1 are between 4 and 6.'],
    ],
    [gapLine({ cause: 'sequence', missing: 1, before_sequence: 6 }), []],
    [
      gapLine({ before_sequence: 9 }) + gapLine({ after_sequence: 7, before_sequence: 10 }),
      [
        'The gap begins behind frame 7, and the gap before it had come to 9: here is another run, or something is out of order.',
      ],
    ],
    [gapLine({ before_sequence: 9 }) + gapLine({ after_sequence: 8, before_sequence: 10 }), []],
    // Where nothing came behind the gap before, the frame before that counts.
    [
      gapLine({ before_sequence: null }) + gapLine({ after_sequence: 2 }),
      [
        'The gap begins behind frame 2, and the gap before it had come to 4: here is another run, or something is out of order.',
      ],
    ],
    [
      record(10) + gapLine({}) + record(4),
      [
        'The record before the gap came at 10, after the gap was over (9).',
        'The record behind the gap came at 4, before the gap began (5).',
      ],
    ],
    [record(9) + gapLine({}) + record(5), []],
    [`{"data":1,"received_at":"x","url":"ws://x"}\n${gapLine({})}{"data":1}\n${gapLine({})}[4]\n`, []],
    ['{"u":1}\n{"u":3}\n', ['Behind 1 comes 3: one number is missing, and no gap line tells it.'], NUMBERED],
    [
      '{"u":1,"s":"a"}\n{"u":4,"s":"a"}\n',
      ['Behind 1 of "a" comes 4: 2 numbers are missing, and no gap line tells it.'],
      { sequence: { path: 'u', key: 's' } },
    ],
    ['{"u":1}\n{}\n[]\n', ['2 of 3 records have no number there.'], NUMBERED],
    ['{}\n{}\n', ['No record has a number there: look where they are, and name that place.'], NUMBERED],
    [
      '{"u":1}\n{"u":2}\n{"u":2}\n{"u":1}\n{"u":3}\n',
      ['The numbers do not only go up: 1 times one comes once more, and 1 times they go back.'],
      NUMBERED,
    ],
    ['', [], NUMBERED],
  ];
  for (const [content, messages, options] of cases) {
    it(messages.join(' ') || `nothing of ${JSON.stringify(content.toString().slice(0, 60))}`, async (t) => {
      const { findings } = await audited(await fileWith(t, 'a.jsonl', content), options);
      assert.deepEqual(messagesOf(findings), messages);
    });
  }

  it('of a line that is longer than is looked at', () => {
    const findings: Finding[] = [];
    const file = new FileFindings('a', { found: (finding) => void findings.push(finding), read() {}, progress() {} });
    const lines = new LineAudit(file, { lastGap: undefined, numbers: undefined });
    const cutter = new LineCutter(lines, 10);
    for (const chunk of ['1\n"xxxxx', 'xxxxx"\n2\n"yyyyyyy', 'yyyyy']) cutter.push(Buffer.from(chunk));
    lines.end(cutter.takeRest(), false);
    assert.deepEqual(
      findings.map(({ line, message }) => [line, message]),
      [
        [2, 'The line has 12 bytes, and was not looked at.'],
        [4, 'The line has 13 bytes, and was not looked at.'],
      ],
    );
    assert.equal(lines.records, 2);
  });

  it('once more of those that it does not tell one by one', async (t) => {
    for (const [lines, rest] of [
      [20, undefined],
      [21, 'The same was found once more up to line 21.'],
      [50, 'The same was found 30 times more up to line 50.'],
    ] as const) {
      const { findings } = await audited(await fileWith(t, 'a.jsonl', 'x\n'.repeat(lines)));
      assert.equal(findings.length, Math.min(lines, 20) + (rest === undefined ? 0 : 1));
      assert.equal(findings[20]?.message, rest);
    }
  });
});

describe('an audit says what is wrong with files', () => {
  it('of a compressed one, and where it goes on', async (t) => {
    const [first, second] = [gzipSync('{"n":1}\n'), gzipSync('{"n":2}\n')];
    for (const [content, ...messages] of [
      [Buffer.concat([first, second]).subarray(0, -1), 'It is cut off: it ends in the middle of what is compressed.'],
      [
        Buffer.concat([first, Buffer.alloc(9)]),
        'Behind what is compressed stand 9 zero bytes, as a power failure leaves them.',
      ],
      [
        Buffer.concat([first, Buffer.alloc(1)]),
        'Behind what is compressed stands 1 zero byte, as a power failure leaves them.',
      ],
      [
        Buffer.concat([first, Buffer.from('hello'), second]),
        `What stands behind its last whole part is no gzip, at byte ${first.length}. It goes on at byte ${first.length + 5}.`,
      ],
      [
        Buffer.concat([first, Buffer.from('hello')]),
        `What stands behind its last whole part is no gzip, at byte ${first.length}. Nothing behind that can be read.`,
      ],
    ] as const) {
      const { findings } = await audited(await fileWith(t, 'a.jsonl.gz', content));
      assert.deepEqual(messagesOf(findings), messages);
    }
  });

  it('of damage within one: the line that was under way is lost, and what comes behind it is counted on', async (t) => {
    const members = ['1\n{"n":', '2\n3\n', 'x\n'].map((text) => gzipSync(text));
    const content = Buffer.concat([members[0]!, Buffer.from('hello'), members[1]!, members[2]!]);
    const { findings, files } = await audited(await fileWith(t, 'a.jsonl.gz', content));
    assert.deepEqual(
      findings.map(({ kind, line }) => [kind, line]),
      [
        ['damaged', 2],
        ['not_json', 4],
      ],
    );
    assert.equal(files[0]!.records, 3);
  });

  it('that are not there, or not to be looked at', async (t) => {
    const folder = await tempFolder(t);
    mkdirSync(join(folder, 'empty'));
    symlinkSync('/etc', join(folder, 'link.jsonl'));
    const paths = ['none.jsonl', 'empty', '.'].map((name) => join(folder, name));
    assert.deepEqual(messagesOf((await audited(paths)).findings), [
      'There is nothing in it that could be looked at: no JSON lines, no manifest, no ledger and no spool.',
      'It cannot be read: there is no such file or folder (ENOENT).',
      'It was not looked at: it is a symbolic link.',
    ]);
  });
});

describe('an audit says what is wrong with a state', () => {
  for (const [what, change, messages] of [
    [
      'a byte that is another one',
      ({ output }) => flip(output, 21),
      [`Its first 32 bytes are not what was written: the ledger has another checksum for them.`],
    ],
    [
      'a file that was cut',
      ({ output }) => truncateSync(output, 40),
      ['It ends at byte 40, and its ledger says that it came to byte 48.'],
    ],
    [
      'what was not acknowledged',
      ({ output }) => appendFileSync(output, '9\n'),
      ['Its ledger goes up to byte 48: the 2 bytes behind it were not acknowledged, and the next run sets them aside.'],
    ],
    ['a file that is gone', ({ output }) => rmSync(output), [/^A file that it tells of is not there: .*out\.jsonl\.$/]],
    [
      'a ledger that is torn',
      ({ ledger }) => appendFileSync(ledger, '\0LG1'),
      ['It ends in the middle of an entry: 4 bytes are left of that.'],
    ],
    [
      'a ledger that is damaged',
      ({ ledger }) => writeFileSync(ledger, Buffer.concat([Buffer.from('hello'), readFileSync(ledger)])),
      ['5 bytes in it belong to no sound entry: it is damaged.'],
    ],
    [
      'a ledger that is gone',
      ({ ledger }) => rmSync(ledger),
      ['It cannot be read: there is no such file or folder (ENOENT).'],
    ],
  ] as readonly [string, (feed: Awaited<ReturnType<typeof keptFeed>>) => void, (string | RegExp)[]][]) {
    it(`with ${what}`, async (t) => {
      const feed = await keptFeed(t);
      change(feed);
      const { findings } = await audited(join(feed.state, 'ledger'));
      assert.equal(findings.length, messages.length, messagesOf(findings).join('\n'));
      for (const [index, message] of messages.entries()) {
        if (typeof message === 'string') assert.equal(findings[index]!.message, message);
        else assert.match(findings[index]!.message, message);
      }
    });
  }

  it('whose entries do not go on from each other, or count other records than there are', async (t) => {
    const folder = await tempFolder(t);
    const path = join(folder, 'out.jsonl');
    writeFileSync(path, '1\n2\n3\n');
    const { crc32 } = await import('node:zlib');
    const whole = (end: number): number => crc32(readFileSync(path).subarray(0, end));
    const entry = (page: number, next: number, records: number, start: number, end: number): LedgerEntry => ({
      ...{ page, next, records, receivedAt: 1 },
      files: [{ path, start, end, crc: 0, whole: whole(end) }],
    });
    for (const [entries, messages] of [
      [[entry(1, 1, 1, 0, 2), entry(2, 2, 1, 2, 4), entry(3, 3, 1, 4, 6)], []],
      [[entry(1, 1, 1, 0, 2), entry(3, 2, 2, 2, 6)], ['Behind page 1 it tells of page 3: what stood between is gone.']],
      [[entry(1, 5, 1, 0, 2), entry(2, 4, 2, 2, 6)], ['Page 2 goes back to frame 4, from 5.']],
      [[entry(1, 1, 1, 0, 2), entry(2, 3, 3, 2, 6)], ['It holds 2 records from byte 2 to 6, and its ledger says 3.']],
      // A spool delivers once more; a mark repeats what stands before it, and says nothing of records.
      [[entry(1, 5, 1, 0, 2), { ...entry(2, 4, 2, 2, 6), spooled: { id: 'a', page: 1 } }], []],
      [[entry(1, 1, 1, 0, 2), { ...entry(1, 1, 0, 2, 2), isDurable: true }, entry(2, 3, 2, 2, 6)], []],
    ] as readonly [LedgerEntry[], string[]][]) {
      writeFileSync(join(folder, 'ledger'), Buffer.concat(entries.map(encodeEntry)));
      assert.deepEqual(messagesOf((await audited(join(folder, 'ledger'))).findings), messages);
    }
  });

  it('and looks at the lines of every file that is not a table', async (t) => {
    for (const [name, checked] of [
      ['out.jsonl', ['lines', 'ledger']],
      ['out.log', ['lines', 'ledger']],
      ['out.csv', ['ledger']],
      ['out.TSV', ['ledger']],
    ] as const) {
      const feed = await keptFeed(t, name);
      assert.deepEqual((await audited(feed.state)).files[0]!.checked, checked, name);
    }
  });
});

describe('an audit says what is wrong with a manifest', () => {
  const SEALED = { 'a.jsonl': Buffer.from('1\n2\n'), 'b.jsonl': Buffer.from('3\n4\n') };
  const manifestOf = (folder: string): string => join(folder, MANIFEST_NAME);
  for (const [what, change, messages] of [
    [
      'a file of another size',
      (folder) => appendFileSync(join(folder, 'a.jsonl'), '5\n'),
      ['It has 6 bytes, and its manifest says 4.', 'It holds 3 records, and its manifest says 2.'],
    ],
    [
      'another file',
      (folder) => writeFileSync(join(folder, 'a.jsonl'), '1\n7\n'),
      ['It is not what was sealed: its SHA-256 is another one than its manifest has.'],
    ],
    [
      'a file that is gone',
      (folder) => rmSync(join(folder, 'a.jsonl')),
      ['Its manifest names it, and it is not there.'],
    ],
    [
      'a folder in place of a file',
      (folder) => {
        rmSync(join(folder, 'a.jsonl'));
        mkdirSync(join(folder, 'a.jsonl'));
      },
      ['Its manifest names it, and it is no file.'],
    ],
    [
      'a link that leads out',
      (folder) => {
        rmSync(join(folder, 'a.jsonl'));
        symlinkSync('/etc/hosts', join(folder, 'a.jsonl'));
      },
      ['Its manifest names it, and a symbolic link leads out of the folder: it was not looked at.'],
    ],
    [
      'a file beside',
      (folder) => writeFileSync(join(folder, 'c.jsonl'), '1\n'),
      ['It lies in the folder of a manifest, which does not name it.'],
    ],
    ['a part beside', (folder) => writeFileSync(join(folder, 'c.jsonl.part'), '1\n'), []],
    [
      'a torn line',
      (folder) => appendFileSync(manifestOf(folder), '{"x'),
      ['The last line of the manifest is torn: 3 bytes are left of it.'],
    ],
    [
      'a damaged line',
      (folder) => flip(manifestOf(folder), 3),
      [
        /^The line of the manifest is damaged: /,
        /^The line of the manifest is damaged: its `previous` is not the SHA-256 of line 1/,
        /^It lies in the folder/,
      ],
    ],
    [
      'one whose numbers go back within a file',
      (folder) => sealed(folder, 'c.jsonl', 9, 8),
      ['It says that c.jsonl begins at frame 9 and ends at 8.'],
    ],
    [
      'one whose numbers begin anew',
      (folder) => sealed(folder, 'c.jsonl', 1, 8),
      ['Behind b.jsonl, which begins at frame 2, comes c.jsonl, which begins at 1.'],
    ],
    ['one whose numbers go on', (folder) => sealed(folder, 'c.jsonl', 2, 2), []],
    [
      'a file with fewer gaps',
      (folder) => sealed(folder, 'c.jsonl', 4, 5, 1),
      ['It tells of 0 gaps, and its manifest says 1.'],
    ],
  ] as readonly [string, (folder: string) => void, (string | RegExp)[]][]) {
    it(`with ${what}`, async (t) => {
      const folder = await sealedFiles(t, SEALED);
      change(folder);
      const { findings } = await audited(manifestOf(folder));
      assert.equal(findings.length, messages.length, messagesOf(findings).join('\n'));
      for (const [index, message] of messages.entries()) {
        if (typeof message === 'string') assert.equal(findings[index]!.message, message);
        else assert.match(findings[index]!.message, message);
      }
    });
  }

  /** One more file of it, with what it says of its numbers and gaps. */
  function sealed(folder: string, name: string, firstSequence: number, lastSequence: number, count = 0): void {
    writeFileSync(join(folder, name), '5\n');
    const facts = { ...FIVE, gaps: { count, ms: 0, missing: 0 }, firstSequence, lastSequence };
    sealedLine(folder, name, facts);
  }
});

function messagesOf(findings: readonly Finding[]): string[] {
  return findings.map(({ message }) => message);
}

async function fileWith(t: TestContext, name: string, content: string | Buffer): Promise<string> {
  const path = join(await tempFolder(t), name);
  writeFileSync(path, content);
  return path;
}

const FIVE = {
  ...{ records: 1, bytes: 2 },
  sha256: 'f0b5c2c2211c8d67ed15e75e656c7862d086e9245420892a7de62cd9ec582a06',
};
