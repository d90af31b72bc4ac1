import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Writable } from 'node:stream';
import type { KafkaDeadLetter } from './dead-letter.js';

/**
 * A JSON Lines file that dead letters are added to: it is created, with its folders, when the first one comes. Each is
 * written before the next thing happens: there are few of them, and none may be lost by a crash.
 */
export function deadLetterFile(path: string): Writable {
  return new Writable({
    objectMode: true,
    write(letter: KafkaDeadLetter, _encoding, callback) {
      try {
        mkdirSync(dirname(path), { recursive: true });
        appendFileSync(path, lineOf(letter));
      } catch (error) {
        callback(error as Error);
        return;
      }
      callback();
    },
  });
}

function lineOf({ data, error, topic, sequence, receivedAt, connection }: KafkaDeadLetter): string {
  const facts = { topic, sequence, connection, received_at: receivedAt, error: error.message };
  return `${JSON.stringify({ ...facts, data: data.toString('base64') })}\n`;
}
