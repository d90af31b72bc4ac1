import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anyText, own, secret, whole } from '../../../lib/internal/options/kinds.js';
import { secretsIn } from '../../../lib/internal/options/secrets.js';
import { field } from '../../../lib/internal/options.js';

const description = 'x';
const login = own<{ user: string; password: string } | undefined>(
  field<{ user: string; password: string } | undefined>(undefined, 'a login', () => true),
  { description, schema: {} },
);
const TABLE = {
  name: anyText({ description }),
  token: secret(anyText({ description })),
  headers: secret(
    own(
      field<object>({}, 'headers', () => true),
      { description, schema: {} },
    ),
  ),
  count: secret(whole({ description, min: 0 })),
  login: secret(login, ({ password }) => [password]),
};

test('the secrets of options are all texts of those that are secret, or what they say of themselves', () => {
  const given = { name: 'me', token: 't', headers: { a: 'x', b: ['y', 1, null] }, count: 1 };
  assert.deepEqual(secretsIn(TABLE, { ...given, login: { user: 'me', password: 'p' } }), ['t', 'x', 'y', 'p']);
});

test('options that are left out hold none', () => {
  assert.deepEqual(secretsIn(TABLE, { name: 'me', login: undefined }), []);
});
