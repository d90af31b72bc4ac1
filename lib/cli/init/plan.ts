import type { Suggestion } from './suggest.js';

/** What a first pipeline file says. */
export interface Plan {
  readonly name: string;
  readonly url: string;
  readonly subscribeMessages: readonly string[];
  /** Where the records go. */
  readonly path: string;
  /** After how many records a run ends; `undefined` for never. */
  readonly maxMessages: number | undefined;
  /** What the feed's frames suggest, when it was looked at. */
  readonly seen: Suggestion | undefined;
}

/** The plan of somebody who says nothing but a name, and perhaps an address. */
export function firstPlan(name: string, url: string | undefined, subscribeMessages: readonly string[]): Plan {
  return {
    name,
    url: url ?? 'wss://example.com/feed',
    subscribeMessages,
    path: `./out/${name}.jsonl`,
    maxMessages: 100,
    seen: undefined,
  };
}
