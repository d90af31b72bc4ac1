import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { EnvelopeStep } from '../../lib/envelope/step.js';
import { envelope, type Message } from '../../lib/index.js';
import { collector, frameOf, messageOf, messagesOf } from '../support/messages.js';

describe('envelope()', () => {
  it('puts each record into { data, received_at, url }, in order', async () => {
    const sink = collector();
    await pipeline(Readable.from(messagesOf('{"n":1}', 'null', '"a"')), envelope(), sink);
    const tail = ',"received_at":1700000000000,"url":"wss://example.com/feed"}';
    assert.deepEqual(sink.seen, [`{"data":{"n":1}${tail}`, `{"data":null${tail}`, `{"data":"a"${tail}`]);
  });

  it('keeps the bytes that arrived', () => {
    const text = '{ "b" : 1.10,"a":12345678901234567890, "é":"\\u00e9" }';
    const message = new EnvelopeStep().wrap(messageOf(text));
    assert.ok(message.text.includes(`{"data":${text},"received_at"`));
  });

  it('blanks raw line breaks where the record is copied to a line, and there alone', () => {
    const message = new EnvelopeStep().wrap(messageOf('{"a":\r\n1}'));
    assert.match(message.text.toString(), /^\{"data":\{"a":\r\n1\},/);
    assert.match(copied(message), /^\{"data":\{"a": {2}1\},/);
  });

  it('has the same value as its text, and the length that it says, for any record, address and time', () => {
    const frames = fc.record({
      value: fc.jsonValue(),
      url: fc.oneof(fc.webUrl(), fc.string(), fc.constant('wss://h/?q="a\\b"\u2028')),
      receivedAt: fc.nat(),
    });
    fc.assert(
      fc.property(frames, ({ value, url, receivedAt }) => {
        const message = new EnvelopeStep().wrap(messageOf(JSON.stringify(value), { url, receivedAt }));
        const parsed: unknown = JSON.parse(message.text.toString());
        assert.deepEqual(message.value, parsed);
        assert.deepEqual(message.value, { data: JSON.parse(JSON.stringify(value)), received_at: receivedAt, url });
        assert.equal(message.text.length, message.byteLength);
        assert.equal(copied(message), message.text.toString());
      }),
    );
  });

  it('does not mix up frames of different times and addresses', () => {
    const step = new EnvelopeStep();
    const frames = fc.record({
      receivedAt: fc.integer({ min: 0, max: 2 }),
      url: fc.constantFrom('ws://a/', 'ws://b/'),
    });
    fc.assert(
      fc.property(fc.array(frames), (all) => {
        const messages = all.map((facts) => step.wrap(messageOf('1', facts)));
        for (const [index, message] of messages.entries()) {
          const { receivedAt, url } = all[index]!;
          const expected = { data: 1, received_at: receivedAt, url };
          assert.deepEqual(JSON.parse(message.text.toString()), expected);
          assert.deepEqual(message.value, expected);
        }
      }),
    );
  });

  it('carries the frame on, and integers past 2^53 as they were asked for', () => {
    const inner = messageOf('12345678901234567890', { sequence: 8 }, { bigIntegers: 'bigint' });
    const message = new EnvelopeStep().wrap(inner);
    assert.equal(message.frame.sequence, 8);
    assert.equal(message.bigIntegers, 'bigint');
    assert.equal((message.value as { data: unknown }).data, 12345678901234567890n);
  });

  it('can be put into another envelope, and given another value', () => {
    const step = new EnvelopeStep();
    const twice = step.wrap(step.wrap(messageOf('1')));
    assert.deepEqual(JSON.parse(twice.text.toString()), twice.value);
    assert.equal(twice.withValue([1]).text.toString(), '[1]');
  });

  it('fails with ERR_CONFIG when it is given frames, after what came before', async () => {
    const sink = collector({ turns: 1 });
    const done = pipeline(Readable.from([messageOf('1'), frameOf('2')]), envelope(), sink);
    await assert.rejects(done, { code: 'ERR_CONFIG', message: /envelope: Expected messages/ });
    assert.equal(sink.seen.length, 1);
  });
});

function copied(message: Message): string {
  const target = Buffer.alloc(message.byteLength + 6, '.');
  const end = message.copyTo(target, 3);
  assert.equal(end, message.byteLength + 3);
  assert.equal(target.toString('latin1', 0, 3) + target.toString('latin1', end), '......');
  return target.toString('utf8', 3, end);
}
