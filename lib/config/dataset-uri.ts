/**
 * The address as the name of a data set, for catalogues and lineage: without user info, query and fragment, so that
 * it holds no credentials.
 *
 * @example datasetUri({ url: 'wss://me:secret@example.com/feed?token=x' }) // 'wss://example.com/feed'
 */
export function datasetUri(source: { readonly url: string }): string {
  const { protocol, host, pathname } = new URL(source.url);
  return `${protocol}//${host}${pathname}`;
}
