import { type Finding, valueFinding } from '../check/findings.js';

/** Where a feed is: one of the two. */
export type AddressConfig = Partial<Addresses> & (Pick<Addresses, 'url'> | Pick<Addresses, 'urls'>);

/** The two ways to say where a feed is; {@link AddressConfig} asks for one of them. */
export interface Addresses {
  /** `ws://` or `wss://`. `{name}` placeholders are filled from the run's context, in one pass. There is no default. */
  readonly url: string;
  /** In place of `url`: several addresses of the same feed, tried in turn with `reconnect`. */
  readonly urls: readonly string[];
}

/** The field `urls`, for the table. */
export const urlsField = {
  urls: {
    title: 'Addresses',
    description:
      'In place of `url`: several addresses of the same feed, tried in turn with `reconnect`. Placeholders are filled as in `url`.',
    type: 'array',
    $comment: 'a list of 1 to 100 addresses',
    items: { type: 'string', minLength: 1 },
    minItems: 1,
    maxItems: 100,
    examples: [['wss://stream-1.example.com/trades', 'wss://stream-2.example.com/trades']],
  },
} as const;

/** Everything that is wrong with `url` and `urls`, beyond their types. */
export function checkAddress(
  given: Readonly<Record<string, unknown>>,
  problemOf: (url: string) => string | undefined,
): Finding[] {
  const { url, urls } = given as { url?: unknown; urls?: unknown };
  if (url !== undefined && urls !== undefined) {
    const message = '`urls` does not go together with `url`. Write all addresses into `urls`.';
    return [{ path: ['urls'], at: 'key', message }];
  }
  const all: readonly (readonly [readonly (string | number)[], unknown])[] = Array.isArray(urls)
    ? urls.map((one, index) => [['urls', index], one] as const)
    : [[['url'], url]];
  return all.flatMap(([path, one]) => {
    const message = typeof one === 'string' && one !== '' ? problemOf(one) : undefined;
    return message === undefined ? [] : [valueFinding(path, message)];
  });
}

/** The addresses that were given, one or several. */
export function addressesOf({
  url,
  urls,
}: {
  url?: string | undefined;
  urls?: readonly string[] | undefined;
}): string[] {
  return urls === undefined ? [url as string] : [...urls];
}
