import { type Finding, toProblem } from '../config/check/findings.js';
import type { Context } from '../config/context.js';
import type { YamlDocument } from '../config/yaml/document.js';
import { ConfigError, type ConfigProblem } from '../errors.js';
import { clashesOf, type NamedFeed } from '../feed/clashes.js';
import { feedOf } from '../feed/feed-of.js';
import type { FeedDescription } from './feed-description.js';

/**
 * A described feed as one that runs.
 *
 * @param others those that it runs beside
 * @throws {ConfigError} with all that is wrong with it
 */
export function described(given: FeedDescription, others: readonly NamedFeed[], context: Context): NamedFeed {
  const { name, source, ...pipeline } = given;
  const value = { version: 1, name, pipeline: { ...pipeline, source: { type: 'websocket', ...source } } };
  const fail = (problems: readonly ConfigProblem[]): never => {
    throw new ConfigError(problems.map((problem) => ({ ...problem, path: placeOf(name, problem.path) })));
  };
  if (typeof name !== 'string' || name === '') return fail([{ path: 'name', message: NO_NAME }]);
  const checked = feedOf(documentOf(value), { context, params: {} });
  if ('problems' in checked) return fail(checked.problems);
  const made = { feed: checked.feed, value };
  const clash = clashesOf([...others, made]).find(({ feed }) => feed === made.feed || others.length > 0);
  return clash === undefined ? made : fail([toProblem(clash.finding)]);
}

/** A value that nobody has written down. */
function documentOf(value: unknown): YamlDocument {
  return {
    value,
    problems: [],
    secrets: [],
    isHidden: () => false,
    givenAt: () => [],
    exact: (part) => part,
    locate: (finding: Finding) => toProblem(finding),
  };
}

function placeOf(name: unknown, path: string): string {
  return `${typeof name === 'string' && name !== '' ? name : 'feed'}: ${path.replace(/^pipeline\./, '')}`;
}

const NO_NAME = 'Expected text that is not empty: a feed is known by its name.';
