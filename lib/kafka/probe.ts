import { connect, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Answers } from './answers.js';
import { tlsOf } from './auth.js';
import type { ClientOptions } from './client-options.js';
import { classify, type Failure, noAnswer } from './failures.js';
import { endedFailure, foreignFailure, handshakeFailure, unreadableFailure } from './foreign.js';

/** Where a broker is. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** An address as people write it. */
export function addressText({ host, port }: Address): string {
  return `${host}:${port}`;
}

/**
 * Looks whether a broker is at an address: over TLS if the options say so, by a question that every broker answers before
 * any login. Resolves to what stands in the way; `undefined` for a broker.
 */
export function probeBroker(
  { host, port }: Address,
  { auth, clock, requestTimeoutMs }: Pick<ClientOptions, 'auth' | 'clock' | 'requestTimeoutMs'>,
): Promise<Failure | undefined> {
  const address = addressText({ host, port });
  const tls = tlsOf(auth);
  const timeoutMs = Math.min(requestTimeoutMs, PROBE_MS);
  return new Promise((resolve) => {
    const servername = isIP(host) === 0 ? { servername: host } : {};
    const socket = tls === undefined ? connect({ host, port }) : connectTls({ host, port, ...servername, ...tls });
    const timer = clock.setTimeout(() => end(noAnswer(timeoutMs)), timeoutMs);
    const answers = new Answers();
    let answer = Buffer.alloc(0);
    let isSecure = false;
    function end(failure: Failure | undefined): void {
      clock.clearTimeout(timer);
      socket.destroy();
      resolve(failure);
    }
    socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
      isSecure = true;
      socket.write(QUESTION);
    });
    socket.on('data', (chunk) => {
      answers.sound(chunk);
      if (answers.foreign !== undefined) return end(foreignFailure(address, answers.foreign));
      answer = Buffer.concat([answer, chunk]);
      if (answer.length < NUMBER_END) return;
      const isOurs = answer.subarray(NUMBER_START, NUMBER_END).equals(QUESTION_NUMBER);
      end(isOurs ? undefined : unreadableFailure(address));
    });
    socket.once('error', (error) => {
      end((tls !== undefined && !isSecure ? handshakeFailure(address, error) : undefined) ?? classify(error));
    });
    socket.once('end', () => end(endedFailure(address, tls !== undefined)));
  });
}

const PROBE_MS = 5_000;
const QUESTION_NUMBER = Buffer.from('00000007', 'hex');
/** ApiVersions, version 0, of a client without a name, behind its length. */
const QUESTION = Buffer.concat([Buffer.from('0000000a00120000', 'hex'), QUESTION_NUMBER, Buffer.from('ffff', 'hex')]);
const NUMBER_START = 4;
const NUMBER_END = 8;
