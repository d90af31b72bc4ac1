/**
 * The proxy that the environment names for a scheme, as an address: `undefined` for none. Blanks around it are no part of it,
 * and one without a scheme is `http://`, whatever it is for.
 */
export function environmentProxy(scheme: 'http' | 'https'): string | undefined {
  return [`${scheme}_proxy`, 'all_proxy'].flatMap(addressesIn).at(0);
}

/** Every proxy that the environment names, for whatever. */
export function environmentProxies(): string[] {
  return ['http_proxy', 'https_proxy', 'all_proxy'].flatMap(addressesIn);
}

/** In lower case first, as other programs have it. */
function addressesIn(name: string): string[] {
  return [name, name.toUpperCase()].flatMap((key) => {
    const value = process.env[key]?.trim() ?? '';
    if (value === '') return [];
    return value.includes('://') ? value : `http://${value}`;
  });
}
