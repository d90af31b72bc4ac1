import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PeerCertificate } from 'node:tls';
import { type CertificateFacts, certificateVerdict } from '../../../lib/cli/doctor/tls-verdict.js';

const NOW = Date.parse('2026-06-15T12:00:00Z');

const certificate = {
  subject: { CN: 'feed.example' },
  issuer: { O: 'Example Trust', CN: 'Example Trust R3' },
  subjectaltname: 'DNS:feed.example, DNS:*.feed.example, IP Address:192.0.2.7',
  valid_from: 'Jun  1 00:00:00 2026 GMT',
  valid_to: 'Aug 30 12:00:00 2026 GMT',
} as unknown as Partial<PeerCertificate>;

function verdict(facts: Partial<CertificateFacts>) {
  return certificateVerdict({
    host: 'feed.example',
    version: 'TLSv1.3',
    refusal: undefined,
    mayBeAny: false,
    certificate,
    now: NOW,
    ...facts,
  });
}

describe('certificateVerdict', () => {
  it('tells version, issuer and days of a good certificate', () => {
    const expected = { status: 'ok', detail: 'TLSv1.3, certificate by Example Trust, 76 days left', more: [] };
    assert.deepEqual(verdict({}), expected);
  });

  for (const [valid_to, status, left] of [
    ['Jun 29 12:00:00 2026 GMT', 'ok', '14 days left'],
    ['Jun 29 11:59:59 2026 GMT', 'warning', '13 days left'],
    ['Jun 16 12:00:00 2026 GMT', 'warning', '1 day left'],
    ['Jun 15 13:00:00 2026 GMT', 'warning', '0 days left'],
  ] as const) {
    it(`gives ${status === 'ok' ? 'no warning' : 'a warning'} with ${left}`, () => {
      const { status: actual, detail, advice } = verdict({ certificate: { ...certificate, valid_to } });
      assert.equal(actual, status);
      assert.ok(detail.endsWith(left), detail);
      assert.equal(advice === undefined, status === 'ok');
    });
  }

  for (const [refusal, detail, advice] of [
    ['CERT_HAS_EXPIRED', /^the certificate ended 15 days ago \(CERT_HAS_EXPIRED\)$/, /renewed/],
    ['CERT_NOT_YET_VALID', /not valid before Jun {2}1/, /clock/],
    [
      'ERR_TLS_CERT_ALTNAME_INVALID',
      /^the certificate is for feed\.example, \*\.feed\.example, 192\.0\.2\.7, not for other\.example/,
      /Connect by a name/,
    ],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', /signed by itself/, /NODE_EXTRA_CA_CERTS/],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', /signed by Example Trust, which this machine does not know/, /NODE_EXTRA_CA/],
    ['CERT_REVOKED', /refused \(CERT_REVOKED\)/, /whoever runs the server/],
  ] as const) {
    it(`tells what ${refusal} means, and what to try`, () => {
      const ended = { ...certificate, valid_to: 'May 31 12:00:00 2026 GMT' };
      const found = verdict({ refusal, host: 'other.example', certificate: ended });
      assert.equal(found.status, 'failed');
      assert.match(found.detail, detail);
      assert.match(found.advice ?? '', advice);
    });
  }

  it('makes a warning of it when any certificate is accepted', () => {
    const found = verdict({ refusal: 'DEPTH_ZERO_SELF_SIGNED_CERT', mayBeAny: true });
    assert.equal(found.status, 'warning');
    assert.match(found.detail, /but any is accepted$/);
  });

  it('names the subject of a certificate without names, and clips a long list', () => {
    const refusal = 'ERR_TLS_CERT_ALTNAME_INVALID';
    const none = { ...certificate, subjectaltname: undefined };
    assert.match(verdict({ refusal, certificate: none }).detail, /is for feed\.example, not/);
    const many = Array.from({ length: 50 }, (_, index) => `DNS:${index}.example`).join(', ');
    assert.match(
      verdict({ refusal, certificate: { ...certificate, subjectaltname: many } }).detail,
      /4\.example, …, not/,
    );
  });
});
