/**
 * Whether a code of Node's says that the other side ended TLS for want of a certificate of ours, or because it does not
 * take the one it got (RFC 8446, section 6.2). OpenSSL named the same alerts `SSLV3_…` before 3.2 (Node 20), and names
 * them `SSL/TLS_…` since (Node 22).
 */
export function isCertificateRefusal(code: string): boolean {
  return REFUSALS.test(code);
}

const REFUSALS =
  /^ERR_SSL_(SSLV3|TLSV1|TLSV13|SSL\/TLS)_ALERT_(BAD_CERTIFICATE|CERTIFICATE_(REQUIRED|UNKNOWN|REVOKED|EXPIRED)|UNSUPPORTED_CERTIFICATE|UNKNOWN_CA|HANDSHAKE_FAILURE)$/;
