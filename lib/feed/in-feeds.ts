/** What is wrong with some of the feeds of a file, or with all of them, as a sentence. */
export function inFeeds(names: readonly string[], total: number, message: string): string {
  if (total === 1) return message;
  if (names.length === total) return `In every feed: ${message}`;
  const shown = names.slice(0, MAX_NAMED).map((name) => `\`${name}\``);
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : '';
  return `In the feed${names.length === 1 ? '' : 's'} ${shown.join(', ')}${more}: ${message}`;
}

const MAX_NAMED = 3;
