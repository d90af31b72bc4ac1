import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closeAdvice } from '../../../lib/cli/doctor/close-advice.js';
import { statusAdvice } from '../../../lib/cli/doctor/status-advice.js';

for (const [codes, advice] of [
  [
    [1001, 1011, 1012, 1013],
    /^The server is in trouble, or restarting: try again later, with `reconnect: true` for a run\.$/,
  ],
  [[1002], /does not speak the WebSocket protocol well: check `url` and proxies\.$/],
  [[1003], /^The server does not take this kind of message: check `subscribe_messages`\.$/],
  [[1006], /may hang up so: check `subscribe_messages` and `auth`, and proxies on the way\.$/],
  [[1007], /^The server did not understand a message: check `subscribe_messages`\.$/],
  [[1008], /breaks its rules: check `auth` and `subscribe_messages`\.$/],
  [[1009], /^A subscribe message is too large for the server: ask for less in each of `subscribe_messages`\.$/],
  [[4000, 4001, 4999], /^The feed's documentation says what its code 4\d{3} means; credentials and/],
  [
    [1000, 1005, 1010, 3000, 3999, 5000],
    /^Check `subscribe_messages` and `auth`; servers close so on what they do not/,
  ],
] as const) {
  test(`for a close with ${codes.join(', ')} there is the same advice`, () => {
    for (const code of codes) assert.match(closeAdvice(code), advice);
  });
}

for (const [statuses, advice] of [
  [[200, 204, 299, 405], /^That is a web page, not a feed: check host and path in `url`\. A proxy on the way that/],
  [
    [300, 301, 399],
    /^The feed is at another address: open this one with https:\/\/ in a browser to see where, and change `url`\.$/,
  ],
  [[400], /^The server does not understand the request: .*\(`protocols`\), a header \(`headers`\) or/],
  [[404], /^The server has nothing at this path: check it in `url`\.$/],
  [[407], /^A proxy on the way wants credentials\.$/],
  [[410], /^The server no longer has this feed: see its documentation for another `url`\.$/],
  [
    [426],
    /^The server speaks HTTP at this path, or another version of the WebSocket protocol: check the path in `url`\.$/,
  ],
  [[429], /^Too many connects or requests from here: .*raise `reconnect_backoff`\.$/],
  [[451], /^The server must not serve this address of the Internet\.$/],
  [[503], /^The server is there, but takes no connections now: .* with `reconnect: true` for a run\.$/],
  [[500, 502, 599], /^The server, or what it stands behind, is in trouble: try again later, with `reconnect: true`/],
  [[100, 199, 402, 418, 499], /^See what the feed's documentation says about this status\.$/],
] as const) {
  test(`for status ${statuses.join(', ')} there is the same advice`, () => {
    for (const status of statuses) assert.match(statusAdvice({ status, location: undefined }), advice);
  });
}

test('a redirect that says where to is told as the address to set', () => {
  const told = statusAdvice({ status: 302, location: 'https://b/feed?http' });
  assert.match(
    told,
    /^Redirects are not followed: set `url` to wss:\/\/b\/feed\?http if the feed is there; .* `auth` is missing\.$/,
  );
});
