import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Transform, type TransformCallback, type Writable } from 'node:stream';
import type { KafkaDeadLetter } from './dead-letter.js';

/** A JSON Lines file that dead letters are added to; it is created, with its folders, when the first one comes. */
export function deadLetterFile(path: string): Writable {
  const lines = new Transform({
    writableObjectMode: true,
    transform(letter: KafkaDeadLetter, _encoding, callback: TransformCallback) {
      const { data, error, topic, sequence, receivedAt, connection } = letter;
      if (isNew) {
        isNew = false;
        try {
          mkdirSync(dirname(path), { recursive: true });
        } catch (failure) {
          callback(failure as Error);
          return;
        }
        const file = createWriteStream(path, { flags: 'a' });
        file.on('error', (failure) => lines.destroy(failure));
        lines.pipe(file);
      }
      const facts = { topic, sequence, connection, received_at: receivedAt, error: error.message };
      callback(null, `${JSON.stringify({ ...facts, data: data.toString('base64') })}\n`);
    },
  });
  let isNew = true;
  return lines;
}
