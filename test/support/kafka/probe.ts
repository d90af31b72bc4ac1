import { once } from 'node:events';
import { connect } from 'node:net';

/** Whether a broker answers at this port: it names itself when it is asked for the cluster's metadata. */
export async function answers(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy(new Error('no answer')));
  try {
    await once(socket, 'connect');
    socket.write(METADATA_REQUEST);
    let answer = Buffer.alloc(0);
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      answer = Buffer.concat([answer, chunk]);
      // The length, the correlation id, then how many brokers there are.
      if (answer.length >= 12) return answer.readInt32BE(8) > 0;
    }
    return false;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Metadata, version 1, of no topic: its length, key 3, version 1, correlation id 1, no client id, an empty array. */
const METADATA_REQUEST = Buffer.from('0000000e' + '0003' + '0001' + '00000001' + 'ffff' + '00000000', 'hex');
const ANSWER_TIMEOUT_MS = 10_000;
