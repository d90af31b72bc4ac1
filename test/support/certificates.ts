import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';

/** A certificate and its key, as PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** What a certificate says. */
export interface CertificateFacts {
  /** The name of whom it is about. */
  readonly subject: string;
  /** Host names and IPv4 addresses that it is good for. @default none */
  readonly hosts?: readonly string[];
  /** Who signs it. @default itself */
  readonly issuer?: CertificateAuthority;
  /** @default 2020 */
  readonly notBefore?: Date;
  /** @default 2049 */
  readonly notAfter?: Date;
}

/** A certificate that signs others. */
export class CertificateAuthority {
  readonly name: string;
  /** @internal */
  readonly keys = keyPair();
  readonly cert: string;

  constructor(name: string) {
    this.name = name;
    this.cert = signed({ subject: name }, this.keys.publicKey, name, this.keys.privateKey, true);
  }

  /** A certificate of this authority. */
  issue(facts: Omit<CertificateFacts, 'issuer'>): Certificate {
    return makeCertificate({ ...facts, issuer: this });
  }
}

/** A new certificate with a key of its own: X.509 (RFC 5280) with ECDSA on P-256. */
export function makeCertificate(facts: CertificateFacts): Certificate {
  const keys = keyPair();
  const { issuer } = facts;
  return {
    cert: signed(
      facts,
      keys.publicKey,
      issuer?.name ?? facts.subject,
      issuer?.keys.privateKey ?? keys.privateKey,
      issuer === undefined,
    ),
    key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function keyPair(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function signed(
  facts: CertificateFacts,
  publicKey: KeyObject,
  issuer: string,
  signer: KeyObject,
  isAuthority: boolean,
): string {
  const { subject, hosts = [], notBefore = new Date('2020-01-01'), notAfter = new Date('2049-01-01') } = facts;
  const extensions = [extension(BASIC_CONSTRAINTS, isAuthority ? sequence(TRUE) : sequence())];
  if (hosts.length > 0) extensions.push(extension(SUBJECT_ALT_NAME, sequence(...hosts.map(altName))));
  serial += 1;
  const body = sequence(
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.of(1, serial >> 8, serial & 0xff)),
    sequence(ECDSA_WITH_SHA256),
    distinguishedName(issuer),
    sequence(time(notBefore), time(notAfter)),
    distinguishedName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  );
  const signature = createSign('SHA256').update(body).sign(signer);
  const bytes = sequence(body, sequence(ECDSA_WITH_SHA256), der(0x03, Buffer.of(0), signature));
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function distinguishedName(name: string): Buffer {
  return sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from(name)))));
}

function altName(host: string): Buffer {
  return isIP(host) === 4 ? der(0x87, Buffer.from(host.split('.').map(Number))) : der(0x82, Buffer.from(host));
}

function extension(id: Buffer, value: Buffer): Buffer {
  return sequence(id, der(0x04, value));
}

/** UTCTime: two digits of the year, good from 1950 to 2049. */
function time(date: Date): Buffer {
  return der(0x17, Buffer.from(`${date.toISOString().slice(2, 19).replace(/[-T:]/g, '')}Z`));
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, ...parts);
}

/** One value in DER: tag, length, content. */
function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head = length < 128 ? [tag, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

let serial = 0;
const TRUE = Buffer.of(0x01, 0x01, 0xff);
const ECDSA_WITH_SHA256 = Buffer.from('06082a8648ce3d040302', 'hex');
const COMMON_NAME = Buffer.from('0603550403', 'hex');
const BASIC_CONSTRAINTS = Buffer.from('0603551d13', 'hex');
const SUBJECT_ALT_NAME = Buffer.from('0603551d11', 'hex');
