import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { createFeedServer, type FeedClient } from '../../lib/testing/index.js';
import { CertificateAuthority } from '../support/certificates.js';
import { feed, sends } from '../support/feed.js';
import { fakeBroker } from '../support/kafka/fake-broker.js';
import { tokenServer } from '../support/token-server.js';
import { pipelineFile, temporaryFolder } from './cli.js';
import { noTerminal, terminalOf } from './on-terminal.js';
import { warmSpillway } from './warm.js';

/** What a forged line begins with. */
const FORGED = 'Ended: in good order';
/** Moves the cursor, changes the colour, turns the text around, hides itself, and begins a line of its own. */
const STEERS = '\x1b[2J\x9b31m\x07\b\x7f\u202e\u2066\u200f\u061c\u2028\u2029\u200b\ufeff\u{e0041}\u00ad';
const EVIL = `EVIL${STEERS}\r\n${FORGED}\nEND`;
/** The same without what ends a line and the escape: where a protocol lets none through, or a JSON text holds none raw. */
const EVIL_TEXT = 'EVIL\x9b31m\x7f\u202e\u2066\u200f\u061c\u2028\u2029\u200b\ufeff\u{e0041}END';
/** What of it fits into a header, byte by byte. */
const EVIL_HEADER = 'EVIL\x9b31m\x85END';
const EVIL_RECORD = JSON.stringify({ [EVIL]: EVIL, [`${EVIL}2`]: { [EVIL]: [EVIL] } });

/** One way for somebody else to say something, and the command line that hears it. */
interface Said {
  readonly args: (t: TestContext) => Promise<readonly string[]>;
  /** Whether it is told at all: then an escape stands in its place. @default true */
  readonly isTold?: boolean;
  /** Whether standard output holds records, which go through a pipe as they came. */
  readonly isRecords?: boolean;
}

const SAID: Readonly<Record<string, Said>> = {
  'a close reason': {
    args: async (t) => ['capture', (await feed(t, closes)).url, '--verbose'],
  },
  'a close reason, to doctor': {
    args: async (t) => ['doctor', (await feed(t, closes)).url],
  },
  'a close reason, as JSON': {
    args: async (t) => ['capture', (await feed(t, closes)).url, '--json', '--verbose'],
  },
  'the status, the headers and the body of a refusal': {
    args: async (t) => [
      'capture',
      await answering(
        t,
        `HTTP/1.1 403 ${EVIL_HEADER}\r\nRetry-After: ${EVIL_HEADER}\r\nX-A: ${EVIL_HEADER}\r\n\r\n${EVIL}`,
      ),
      '--verbose',
    ],
    isTold: false,
  },
  'a header that is none': {
    args: async (t) => ['capture', await answering(t, `HTTP/1.1 101 ${EVIL}\r\nX-A\x1b: ${EVIL}\r\n\r\n`)],
    isTold: false,
  },
  'a redirect': {
    args: async (t) => [
      'doctor',
      await answering(t, `HTTP/1.1 302 Found\r\nLocation: wss://${EVIL_HEADER}/\r\nConnection: close\r\n\r\n`),
    ],
    isTold: false,
  },
  'a sub-protocol': {
    args: async (t) => ['capture', await accepting(t, `Sec-WebSocket-Protocol: ${EVIL_HEADER}`), '--protocols', 'a'],
    isTold: false,
  },
  'the answer of a proxy': {
    args: async (t) => {
      const proxy = await answering(t, `HTTP/1.1 502 ${EVIL_HEADER}\r\nX-A: ${EVIL_HEADER}\r\n\r\n${EVIL}`);
      return ['capture', 'ws://feed.invalid/', '--proxy', proxy.replace('ws:', 'http:')];
    },
    isTold: false,
  },
  'a frame that rejects a subscription': {
    args: async (t) => {
      const reject = { path: 'error' };
      const subscribe = [{ send: '{}', expect: { path: 'ok' }, reject }];
      const { url } = await feed(t, (client) => client.send(JSON.stringify({ error: EVIL })));
      return ['run', (await pipelineFile(t, { url, unbounded: true, subscribe })).file];
    },
  },
  'a key of a record that breaks its schema, and is skipped': {
    args: async (t) => {
      const { url } = await feed(t, sends(EVIL_RECORD, '{}'));
      const record_schema = { additionalProperties: { type: 'number' } };
      const config = { url, unbounded: true, on_parse_error: 'skip', record_schema };
      return ['run', (await pipelineFile(t, config)).file];
    },
  },
  'a frame that is no JSON': {
    args: async (t) => ['capture', (await feed(t, sends(EVIL))).url],
  },
  'a frame that is no JSON, and is skipped': {
    args: async (t) => ['capture', (await feed(t, sends(EVIL, '{}'))).url, '--on-parse-error', 'skip'],
  },
  'the key of a sequence with a hole': {
    args: async (t) => {
      const frames = [1, 3].map((n) => JSON.stringify({ n, key: EVIL }));
      const sequence = JSON.stringify({ path: 'n', key: 'key' });
      return [
        'capture',
        (await feed(t, sends(...frames))).url,
        '--sequence',
        sequence,
        '-o',
        await place(t),
        '--verbose',
      ];
    },
  },
  'a token endpoint': {
    args: async (t) => {
      const said = JSON.stringify({ error: EVIL, error_description: EVIL });
      const { url: token_url } = await tokenServer(t, () => (response) => void response.writeHead(400).end(said));
      const auth = { type: 'oauth2', config: { token_url, client_id: 'me', client_secret: 'secret' } };
      return ['capture', 'ws://127.0.0.1:1', '--auth', JSON.stringify(auth), '--verbose'];
    },
    isTold: false,
  },
  'a broker that refuses a login': {
    args: async (t) => {
      const broker = await fakeBroker(t, { login: { username: 'you', password: 'it', refusal: EVIL } });
      const { url } = await feed(t, sends('{}'));
      const auth = { type: 'sasl_plain', config: { username: 'me', password: 'wrong' } };
      const config = { brokers: broker.address, topic: { type: 'fixed', name: 'a' }, auth };
      return ['run', (await pipelineFile(t, { url, unbounded: true }, { type: 'kafka', config })).file, '--verbose'];
    },
    isTold: false,
  },
  'a topic that a record names': {
    args: async (t) => {
      const broker = await fakeBroker(t, { topics: { trades: 1 } });
      const { url } = await feed(t, sends(JSON.stringify({ topic: EVIL })));
      const config = { brokers: broker.address, topic: { type: 'from_path', path: 'topic' } };
      return ['run', (await pipelineFile(t, { url, unbounded: true }, { type: 'kafka', config })).file];
    },
    isTold: false,
  },
  'the issuer of a certificate': {
    args: async (t) => {
      const authority = new CertificateAuthority(EVIL_TEXT);
      const tls = authority.issue({ subject: 'feed', hosts: ['127.0.0.1'] });
      const server = await createFeedServer({ tls, onConnection: (client) => client.send('{}') });
      t.after(() => server.close());
      const ca = join(await temporaryFolder(t), 'ca.pem');
      await writeFile(ca, authority.cert);
      return ['doctor', (await pipelineFile(t, { url: server.url, unbounded: true, tls: { ca } })).file];
    },
  },
  'the host of an address': { args: async () => ['capture', `ws://${EVIL}.invalid/`], isTold: false },
  'an address, to doctor': { args: async () => ['doctor', `ws://${EVIL}:99999/`], isTold: false },
  'the path of an address': { args: async () => ['capture', `ws://127.0.0.1:1/${EVIL}`], isTold: false },
  'the name of a file that is not there': { args: async () => ['run', `${EVIL}.yaml`] },
  'the name of a file that is not there, to validate': { args: async () => ['validate', `${EVIL}.yaml`] },
  'the name of a recording that is not there': { args: async () => ['serve', `${EVIL}.jsonl`] },
  'the name of a file for a flag': { args: async () => ['capture', 'ws://127.0.0.1:1', '-s', `@${EVIL}`] },
  'the name of a file that is written': {
    args: async (t) => {
      const { url } = await feed(t, sends('{}'));
      return ['capture', url, '-o', join(await temporaryFolder(t), EVIL)];
    },
  },
  'the name of a file that init writes': {
    args: async (t) => ['init', '--yes', join(await temporaryFolder(t), EVIL)],
  },
  'keys and values of a pipeline file': { args: async (t) => ['validate', await evilPipeline(t)] },
  'keys and values of a pipeline file, as JSON': { args: async (t) => ['validate', '--json', await evilPipeline(t)] },
  'keys and values of a pipeline file, to run': { args: async (t) => ['run', await evilPipeline(t)] },
  'keys and values of a pipeline file, to doctor': { args: async (t) => ['doctor', await evilPipeline(t)] },
  'a value of an option': { args: async () => ['preview', 'ws://127.0.0.1:1', `--within=${EVIL}`] },
  'the name of a command': { args: async () => [EVIL] },
  'a flag that is printed as a pipeline file': {
    args: async () => ['capture', 'ws://127.0.0.1:1', '-s', EVIL, '--set', `${EVIL}=1`, '--print-config'],
  },
  'records on standard output': {
    args: async (t) => ['capture', (await feed(t, sends(EVIL_RECORD))).url],
    isRecords: true,
  },
  'text records on standard output': {
    args: async (t) => ['capture', (await feed(t, sends(EVIL))).url, '--message-format', 'raw_string', '--pretty'],
    isRecords: true,
  },
  'records of a preview': {
    args: async (t) => ['preview', (await feed(t, sends(EVIL_RECORD))).url],
    isRecords: true,
  },
  'records of a file in a preview': { args: async (t) => ['preview', await recording(t)], isRecords: true },
  'records whose shape is shown': { args: async (t) => ['preview', '--shape', await recording(t)] },
  'records whose shape is shown as JSON': { args: async (t) => ['preview', '--shape', '--json', await recording(t)] },
  'records whose schema is shown': { args: async (t) => ['preview', '--schema', await recording(t)] },
  'a line of a recording that is no JSON': { args: async (t) => ['preview', await recording(t, EVIL_TEXT)] },
  'records that init looks at': {
    args: async (t) => ['init', '--yes', '-', '--from', (await feed(t, sends(...Array(3).fill('{"a":1}')))).url],
    isTold: false,
  },
  'values that init looks at': {
    args: async (t) => [
      ...['init', '--yes', '-', '--from', (await feed(t, sends(JSON.stringify({ a: EVIL })))).url],
      ...['--subscribe', EVIL_TEXT],
    ],
  },
};

describe('what others say', { concurrency: 2 }, () => {
  for (const [what, { args, isTold = true, isRecords = false }] of Object.entries(SAID)) {
    it(`steers nothing through a pipe, and forges no line: ${what}`, async (t) => {
      const { stdout, stderr } = await warmSpillway(t, await args(t));
      const shown = isRecords ? stderr : `${stdout}\n${stderr}`;
      assertClean(shown);
      if (isRecords) assert.ok(stdout.includes('\x9b31m'), stdout);
      else if (isTold) assert.match(shown, /EVIL/);
    });

    it(`steers no terminal, and forges no line: ${what}`, { skip: noTerminal }, async (t) => {
      const { stdout } = await warmSpillway(t, await args(t), { terminal: terminalOf(500), env: { NO_COLOR: '1' } });
      // The terminal makes two characters of a line feed; and a status line is drawn and taken away.
      const shown = stdout
        .replaceAll('\r\n', '\n')
        .replace(/\r(?=[^\r\n]*\x1b\[K)/g, '')
        .replaceAll('\x1b[K', '');
      assertClean(shown);
      if (isTold) assert.match(shown, /EVIL/);
    });
  }
});

function assertClean(shown: string): void {
  assert.doesNotMatch(shown, /[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/u);
  for (const line of shown.split('\n')) assert.ok(!line.trimStart().startsWith(FORGED), shown);
}

async function closes(client: FeedClient): Promise<void> {
  await client.close(4001, EVIL);
}

/** A server that answers every request with these bytes, and hangs up. */
async function answering(t: TestContext, bytes: string): Promise<string> {
  return raw(t, (socket) => void socket.end(Buffer.from(bytes, 'latin1')));
}

/** A server that accepts the upgrade, with a header of its own. */
async function accepting(t: TestContext, header: string): Promise<string> {
  const { createHash } = await import('node:crypto');
  return raw(t, (socket, key) => {
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    const head = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n';
    socket.write(Buffer.from(`${head}Sec-WebSocket-Accept: ${accept}\r\n${header}\r\n\r\n`, 'latin1'));
  });
}

async function raw(t: TestContext, answer: (socket: Socket, key: string) => void): Promise<string> {
  const server = createServer();
  const onRequest = (request: { headers: NodeJS.Dict<string | string[]> }, socket: Socket): void => {
    socket.on('error', () => {});
    answer(socket, String(request.headers['sec-websocket-key']));
  };
  server.on('upgrade', onRequest);
  server.on('connect', onRequest);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function evilPipeline(t: TestContext): Promise<string> {
  const config = { url: `ws://${EVIL}`, [EVIL]: EVIL, message_format: EVIL, idle_timeout: EVIL, protocols: [EVIL] };
  return (await pipelineFile(t, config, { type: EVIL, config: { path: 1 } })).file;
}

async function recording(t: TestContext, line = EVIL_RECORD): Promise<string> {
  const file = await place(t);
  await writeFile(file, `{}\n${line}\n`);
  return file;
}

async function place(t: TestContext): Promise<string> {
  const folder = join(await temporaryFolder(t), 'records');
  await mkdir(folder);
  return join(folder, 'a.jsonl');
}
