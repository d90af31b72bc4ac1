/**
 * A changelog in which what was unreleased stands under a version and its date, with an empty heading for what comes next.
 *
 * @throws {Error} when there is nothing to release
 */
export function releasedChangelog(text: string, version: string, date: string): string {
  const entries = unreleased(text);
  if (!/^- /m.test(entries)) throw new Error(`Nothing stands under \`${HEADING}\` in CHANGELOG.md.`);
  return text.replace(HEADING, `${HEADING}\n\n## [${version}] - ${date}`);
}

/** What stands under the heading for what is unreleased. */
export function unreleased(text: string): string {
  const start = text.indexOf(`${HEADING}\n`);
  if (start === -1) throw new Error(`CHANGELOG.md has no heading \`${HEADING}\`.`);
  const from = start + HEADING.length;
  const end = text.indexOf('\n## [', from);
  return text.slice(from, end === -1 ? undefined : end).trim();
}

const HEADING = '## [Unreleased]';
