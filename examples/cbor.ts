import { pipeline } from 'node:stream/promises';
import { decode } from 'cborg';
import { createSource, jsonlFile } from 'spillway';

// A feed of CBOR in which each frame begins with one byte that says what follows: 1 for CBOR, 0 for a record that is JSON already.
const source = createSource(
  { url: process.argv[2] ?? 'wss://example.com/feed', dead_letter: 'out/refused.jsonl', idle_timeout: '30s' },
  {
    decode: (data) => {
      const rest = data.subarray(1);
      // Bytes are taken for JSON text: they are checked, and stored as they came.
      return data[0] === 0 ? rest : decode(rest);
    },
  },
);
await pipeline(source.pages(), jsonlFile('out/trades.jsonl'));
