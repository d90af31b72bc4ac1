import { pipeline } from 'node:stream/promises';
import { createSource } from 'spillway';
import { kafka } from 'spillway/kafka';

const [url = 'wss://example.com/feed', brokers = '127.0.0.1:9092'] = process.argv.slice(2);
const source = createSource({ url, max_messages: 1000, idle_timeout: '30s' });
process.once('SIGINT', () => source.stop());

const sink = kafka({ brokers, topic: 'trades', keyPath: 's', autoCreateTopics: true });
await pipeline(source.pages(), sink);
console.log(sink.report());
