import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Has the processes that are started from now on trust nobody's authority, in whatever language they are, and check what they are
 * shown as they do elsewhere.
 * @param folder where its certificate is put
 */
export function trustAuthority(folder: string): void {
  const path = join(folder, 'authority.pem');
  writeFileSync(path, authority);
  process.env['NODE_EXTRA_CA_CERTS'] = path;
  process.env['SSL_CERT_FILE'] = path;
}

/** Signs nothing but the certificate below. (Some clients refuse one that has signed itself.) */
const authority = `-----BEGIN CERTIFICATE-----
MIIBazCCARGgAwIBAgIUQjH0xNvMb1vf4w4zeI/Ziw/1D8UwCgYIKoZIzj0EAwIw
ETEPMA0GA1UEAwwGbm9ib2R5MCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAw
MDAwWjARMQ8wDQYDVQQDDAZub2JvZHkwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AAQsMDWBWRXLtrv/rW2RLKgMLKeT8sulRuF/rmqoUGzVZhanA/N8OmHfP5UsAOge
gtRCuylFpGQwvA4//BqdsAduo0UwQzASBgNVHRMBAf8ECDAGAQH/AgEAMA4GA1Ud
DwEB/wQEAwICBDAdBgNVHQ4EFgQUy14RGIRC+GEcr2x38sGDW8IWznYwCgYIKoZI
zj0EAwIDSAAwRQIhAMB4QcQz2IOVEgQSGJWVsp7sYZbSEjjHxFa4AGmoOWHQAiAb
y/gPF1XavxAt00abMhZbII5Tz4BQFdAwyO35fyLl5g==
-----END CERTIFICATE-----
`;

/** What the feed shows: for localhost and 127.0.0.1, good until 2120, for benchmarks alone. Its key is no secret. */
export const signed = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBqzCCAVGgAwIBAgIUQiDJJY1QzsUxGTFtY4qTzWAaX2wwCgYIKoZIzj0EAwIw
ETEPMA0GA1UEAwwGbm9ib2R5MCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAw
MDAwWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjOPQMB
BwNCAAT1DzmpG1GiDEKa4OIpXzcgIQRMwjO6n4tDRW72nxgyLLTbXrtvKdrNhznA
kOlrTbRZjjE95gIlIz4RESLLbnK4o4GBMH8wGgYDVR0RBBMwEYIJbG9jYWxob3N0
hwR/AAABMAwGA1UdEwEB/wQCMAAwEwYDVR0lBAwwCgYIKwYBBQUHAwEwHwYDVR0j
BBgwFoAUy14RGIRC+GEcr2x38sGDW8IWznYwHQYDVR0OBBYEFAl5YshfWLXL3jF4
ltF0NqSieccgMAoGCCqGSM49BAMCA0gAMEUCIGmZgmrVNORLaR6MCSGzYI5JubE6
UEx9W9EFkqplse1FAiEA5C/CWLdOMgdWv+qVz0IhQ3H6065zU0r0/EKqP3UPrdI=
-----END CERTIFICATE-----`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgAQkhcENpQp1LYjyy
LNeoRkGtMiZgzxDcbu2aG8QQ0VihRANCAAT1DzmpG1GiDEKa4OIpXzcgIQRMwjO6
n4tDRW72nxgyLLTbXrtvKdrNhznAkOlrTbRZjjE95gIlIz4RESLLbnK4
-----END PRIVATE KEY-----`,
};
