import type { SourceConfig } from '../config/source-settings.js';

/** A feed in code, with the keys that stand below `pipeline` in a file. */
export type FeedDescription = {
  /** What it is called, in events and errors: no other feed is. */
  readonly name: string;
  /** Where its records come from. */
  readonly source: { readonly type?: 'websocket'; readonly config: SourceConfig };
  /** What stores them: `jsonl`, `csv`, `kafka` or `stdout`, and what that takes. */
  readonly sink: { readonly type: string; readonly config?: object };
  /** What is done to records before. @default nothing */
  readonly transforms?: readonly object[];
  /** The folder in which it is kept how far the feed is stored. @default nothing is kept */
  readonly state?: string | object;
  /** The folder in which pages wait for the sink. @default none */
  readonly spool?: string | object;
  /** Where goes what is refused. @default nowhere */
  readonly dlq?: string | object;
};
