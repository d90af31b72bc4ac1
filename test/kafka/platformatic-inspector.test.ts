import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PlatformaticInspectorModule, platformaticInspector } from '../../lib/kafka/platformatic-inspector.js';
import { resolveKafkaOptions } from '../../lib/sink/kafka/options.js';

/** Bits of `AclOperation` in Kafka's protocol. */
const [READ, WRITE, CREATE, DESCRIBE] = [1 << 3, 1 << 4, 1 << 5, 1 << 8] as const;

for (const [what, operations, mayWrite] of [
  ['all of a topic', READ | WRITE | CREATE | DESCRIBE, true],
  ['nothing but write to it', WRITE, true],
  ['all but write to it', READ | CREATE | DESCRIBE, false],
  ['nothing', 0, false],
  ['what the broker does not tell', -2_147_483_648, undefined],
] as const) {
  test(`a user who may do ${what} ${mayWrite === undefined ? 'may be one who may write' : mayWrite ? 'may write' : 'may not write'}`, async () => {
    const { topic } = inspectorOf({ topicAuthorizedOperations: operations, partitions: [] });
    assert.equal((await topic('trades')).mayWrite, mayWrite);
  });
}

test('partitions without a leader are counted', async () => {
  const { topic } = inspectorOf({
    topicAuthorizedOperations: 0,
    partitions: [0, -1, 2, -1].map((leaderId) => ({ leaderId })),
  });
  const { partitions, leaderless } = await topic('trades');
  assert.deepEqual([partitions, leaderless], [4, 2]);
});

/** Looks at a cluster that says this of each topic. */
function inspectorOf(picture: object) {
  const connection = { isConnected: () => true };
  const module = {
    Admin: class {
      connections = Object.assign([['key', connection]], { on() {} });
    },
    metadataV12: {
      api: {
        async: async (...[asked, [name], mayCreate, tellsRights]: [unknown, string[], boolean, boolean]) => {
          assert.deepEqual([asked, mayCreate, tellsRights], [connection, false, true]);
          return { topics: [{ name, ...picture }] };
        },
      },
    },
  } as unknown as PlatformaticInspectorModule;
  return platformaticInspector(module, resolveKafkaOptions({ brokers: '127.0.0.1:1', topic: 'trades' }));
}
