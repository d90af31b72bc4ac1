import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { loadClient } from '../../lib/kafka/load-client.js';
import { temporaryFolder } from '../sink/files.js';

test('a client that is not installed is named, with the command that installs it', async () => {
  await assert.rejects(loadClient('no-such-client', '^2'), {
    code: 'ERR_CONFIG',
    message: /kafka\.client: The Kafka client no-such-client is not installed\. .*`npm install no-such-client@\^2`\./,
  });
});

test('a client that is there, and lacks what it needs itself, is not told to be installed', async (t) => {
  const file = join(temporaryFolder(t), 'client.mjs');
  writeFileSync(file, "import 'what-it-needs';");
  await assert.rejects(loadClient(pathToFileURL(file).href, '^2'), {
    code: 'ERR_CONFIG',
    message: /client\.mjs cannot be loaded: .*what-it-needs/,
  });
});
