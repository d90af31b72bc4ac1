import assert from 'node:assert/strict';
import { test } from 'node:test';
import { peerOf } from '../../../lib/cli/doctor/address.js';

for (const [address, host, port] of [
  ['ws://example.com/feed', 'example.com', 80],
  ['wss://example.com/feed', 'example.com', 443],
  ['http://proxy.example', 'proxy.example', 80],
  ['https://proxy.example', 'proxy.example', 443],
  ['socks5://proxy.example', 'proxy.example', 1080],
  ['socks4a://proxy.example', 'proxy.example', 1080],
  ['wss://example.com:8443', 'example.com', 8443],
  ['ws://[::1]:9000/', '::1', 9000],
] as const) {
  test(`behind ${address} is ${host}, port ${port}`, () => {
    assert.deepEqual(peerOf(new URL(address), 'url'), { key: 'url', host, port });
  });
}
