import { Writer } from '@platformatic/kafka';
import { CODES, type CodeName } from './codes.js';
import { API, isFlexible, VERSIONS, type WireRequest } from './wire.js';

/** What `Metadata` tells: where the nodes are, and who leads what. */
export interface ClusterPicture {
  readonly nodes: readonly { readonly id: number; readonly host: string; readonly port: number }[];
  readonly topics: readonly {
    readonly name: string;
    readonly code: CodeName;
    /** The leader of each partition, by its number; -1 for none. */
    readonly leaders: readonly number[];
  }[];
}

/** What became of one partition's batch. */
export interface ProduceAnswer {
  readonly topic: string;
  readonly partition: number;
  readonly code: CodeName;
  readonly baseOffset: number;
}

export function versionsAnswer({ version }: WireRequest): Writer {
  if (version > 3) {
    // Kafka answers a version that it does not know in version 0.
    return Writer.create()
      .appendInt16(CODES.UNSUPPORTED_VERSION)
      .appendArray(VERSIONS.slice(), versionRange, false, false);
  }
  const compact = version >= 3;
  const writer = Writer.create().appendInt16(0).appendArray(VERSIONS.slice(), versionRange, compact, compact);
  if (version >= 1) writer.appendInt32(0);
  return compact ? writer.appendTaggedFields() : writer;
}

function versionRange(writer: Writer, [api, oldest, newest]: (typeof VERSIONS)[number]): void {
  writer.appendInt16(api).appendInt16(oldest).appendInt16(newest);
}

export function metadataAnswer({ api, version }: WireRequest, { nodes, topics }: ClusterPicture): Writer {
  const compact = isFlexible(api, version);
  const writer = Writer.create()
    .appendInt32(0)
    .appendArray(
      nodes.slice(),
      (w, { id, host, port }) => {
        w.appendInt32(id).appendString(host, compact).appendInt32(port).appendString(null, compact);
      },
      compact,
      compact,
    )
    .appendString('fake', compact)
    .appendInt32(nodes[0]?.id ?? -1)
    .appendArray(
      topics.slice(),
      (w, { name, code, leaders }) => {
        w.appendInt16(CODES[code]).appendString(name, compact).appendBoolean(false);
        w.appendArray(
          leaders.slice(),
          (inner, leader, index) => partitionPicture(inner, version, leader, index),
          compact,
          compact,
        );
        if (version >= 8) w.appendInt32(0);
      },
      compact,
      compact,
    );
  if (version >= 8) writer.appendInt32(0);
  return compact ? writer.appendTaggedFields() : writer;
}

function partitionPicture(writer: Writer, version: number, leader: number, index: number): void {
  const compact = version >= 9;
  const code = leader === -1 ? CODES.LEADER_NOT_AVAILABLE : 0;
  writer.appendInt16(code).appendInt32(index).appendInt32(leader);
  if (version >= 7) writer.appendInt32(0);
  for (const replicas of [[leader], [leader], []]) {
    writer.appendArray(replicas, (w, node) => void w.appendInt32(node), compact, false);
  }
}

export function produceAnswer(answers: readonly ProduceAnswer[]): Writer {
  const topics = new Map<string, ProduceAnswer[]>();
  for (const answer of answers) topics.set(answer.topic, [...(topics.get(answer.topic) ?? []), answer]);
  return Writer.create()
    .appendArray(
      [...topics],
      (w, [topic, partitions]) => {
        w.appendString(topic, false).appendArray(
          partitions,
          (inner, { partition, code, baseOffset }) => {
            inner.appendInt32(partition).appendInt16(CODES[code]).appendInt64(BigInt(baseOffset));
            inner.appendInt64(-1n).appendInt64(0n);
          },
          false,
          false,
        );
      },
      false,
      false,
    )
    .appendInt32(0);
}

export function producerIdAnswer({ api, version }: WireRequest, code: CodeName, producerId: bigint): Writer {
  const writer = Writer.create().appendInt32(0).appendInt16(CODES[code]).appendInt64(producerId).appendInt16(0);
  return isFlexible(api, version) ? writer.appendTaggedFields() : writer;
}

export function handshakeAnswer(code: CodeName, mechanisms: readonly string[]): Writer {
  return Writer.create()
    .appendInt16(CODES[code])
    .appendArray(mechanisms.slice(), (w, name) => void w.appendString(name, false), false, false);
}

export function authenticateAnswer({ version }: WireRequest, code: CodeName, refusal: string): Writer {
  const compact = isFlexible(API.saslAuthenticate, version);
  const writer = Writer.create()
    .appendInt16(CODES[code])
    .appendString(code === 'NONE' ? null : refusal, compact)
    .appendBytes(Buffer.alloc(0), compact)
    .appendInt64(0n);
  return compact ? writer.appendTaggedFields() : writer;
}
