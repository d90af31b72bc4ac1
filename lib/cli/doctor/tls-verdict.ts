import type { PeerCertificate } from 'node:tls';
import { formatNumber } from '../report/format.js';
import { failed, ok, type Verdict, warning } from './result.js';

/** What is known of a server's certificate. */
export interface CertificateFacts {
  /** The name that it has to be for. */
  readonly host: string;
  /** `TLSv1.3` */
  readonly version: string;
  /** Why it is not good, by OpenSSL's or Node's code. */
  readonly refusal: string | undefined;
  /** Whether a run takes any certificate. */
  readonly mayBeAny: boolean;
  readonly certificate: Partial<PeerCertificate>;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** Whether a run can, and in two weeks still could, trust the certificate. */
export function certificateVerdict(facts: CertificateFacts): Verdict {
  const { version, refusal, mayBeAny, certificate, now } = facts;
  const issuer = nameOf(certificate.issuer);
  if (refusal !== undefined) {
    const verdict = refused(facts, refusal, issuer);
    return mayBeAny ? warning(`${verdict.detail}, but any is accepted`, NOT_FOR_LONG) : verdict;
  }
  const days = daysUntil(certificate.valid_to, now);
  const detail = `${version}, certificate by ${issuer}, ${formatNumber(days, 'day')} left`;
  return days < FEW_DAYS ? warning(detail, RENEW) : ok(detail);
}

function refused({ host, certificate, now }: CertificateFacts, refusal: string, issuer: string): Verdict {
  switch (refusal) {
    case 'CERT_HAS_EXPIRED':
      return failed(
        `the certificate ended ${formatNumber(-daysUntil(certificate.valid_to, now), 'day')} ago (${refusal})`,
        `Have the server's certificate renewed. ${CLOCK}`,
      );
    case 'CERT_NOT_YET_VALID':
      return failed(`the certificate is not valid before ${certificate.valid_from} (${refusal})`, CLOCK);
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
    case 'HOSTNAME_MISMATCH':
      return failed(
        `the certificate is for ${namesOf(certificate)}, not for ${host} (${refusal})`,
        'Connect by a name that the certificate is for, or give the one that it is to be for as `tls.servername`.',
      );
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return failed(`the certificate is signed by itself, and this machine does not know it (${refusal})`, UNKNOWN);
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return failed(`the certificate is signed by ${issuer}, which this machine does not know (${refusal})`, UNKNOWN);
    default:
      return failed(`the certificate is refused (${refusal})`, OTHER);
  }
}

function daysUntil(date: string | undefined, now: number): number {
  return Math.floor((Date.parse(date ?? '') - now) / MS_A_DAY);
}

/** The organisation, or else the name. */
function nameOf(party: Partial<PeerCertificate['issuer']> | undefined): string {
  return [party?.O ?? party?.CN ?? 'an issuer without a name'].flat().join(', ');
}

function namesOf({ subjectaltname, subject }: Partial<PeerCertificate>): string {
  const names = (subjectaltname ?? '').split(', ').map((name) => name.replace(/^(DNS|IP Address):/, ''));
  const shown = names[0] === '' ? [nameOf(subject)] : names;
  return shown.length <= MAX_NAMES ? shown.join(', ') : `${shown.slice(0, MAX_NAMES).join(', ')}, …`;
}

const FEW_DAYS = 14;
const MS_A_DAY = 86_400_000;
const MAX_NAMES = 5;
const CLOCK = "If it should be good, check this machine's clock.";
const RENEW = "Have the server's certificate renewed before it ends.";
const UNKNOWN =
  'If you trust that server, name the file of its authority as `tls.ca`, or in the environment variable NODE_EXTRA_CA_CERTS.';
const OTHER =
  'Have the certificate looked at by whoever runs the server: `openssl s_client -connect host:port` shows it.';
const NOT_FOR_LONG = 'Accept any certificate for tests alone: whoever is in between can read and change everything.';
