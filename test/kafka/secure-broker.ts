import type { BrokerOptions } from '../support/kafka/broker.js';
import { selfSigned } from '../testing/self-signed.js';

export const PASSWORD = 'open-sesame';
const MODULES = 'org.apache.kafka.common.security';
const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'];
const LOGINS = {
  'sasl.enabled.mechanisms': MECHANISMS.join(','),
  ...Object.fromEntries(
    ['login', 'both'].flatMap((listener) => [
      [jaas(listener, 'plain'), `${MODULES}.plain.PlainLoginModule required user_alice="${PASSWORD}";`],
      [jaas(listener, 'scram-sha-256'), `${MODULES}.scram.ScramLoginModule required;`],
      [jaas(listener, 'scram-sha-512'), `${MODULES}.scram.ScramLoginModule required;`],
      [
        jaas(listener, 'oauthbearer'),
        `${MODULES}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";`,
      ],
      [
        `listener.name.${listener}.oauthbearer.sasl.server.callback.handler.class`,
        `${MODULES}.oauthbearer.internals.unsecured.OAuthBearerUnsecuredValidatorCallbackHandler`,
      ],
    ]),
  ),
};
const CERTIFICATES = {
  'ssl.keystore.type': 'PEM',
  'ssl.keystore.certificate.chain': selfSigned.cert,
  'ssl.keystore.key': selfSigned.key,
  'ssl.truststore.type': 'PEM',
  'ssl.truststore.certificates': selfSigned.cert,
  'listener.name.mutual.ssl.client.auth': 'required',
};

/** A broker that knows alice, and asks for a login on `LOGIN`, for certificates on `MUTUAL`, for a login over TLS on `BOTH`. */
export const SECURE: BrokerOptions = {
  listeners: { LOGIN: 'SASL_PLAINTEXT', MUTUAL: 'SSL', BOTH: 'SASL_SSL' },
  properties: { ...LOGINS, ...CERTIFICATES },
  formatArguments: ['256', '512'].flatMap((size) => [
    '--add-scram',
    `SCRAM-SHA-${size}=[name=alice,password=${PASSWORD}]`,
  ]),
};

/** A token that is not signed, which a broker takes that is told to. */
export function unsecuredToken(): string {
  const now = Math.floor(Date.now() / 1000);
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ sub: 'alice', iat: now, exp: now + 3_600 })}.`;
}

function jaas(listener: string, mechanism: string): string {
  return `listener.name.${listener}.${mechanism}.sasl.jaas.config`;
}
