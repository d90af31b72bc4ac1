/** A pipeline as a file would write it: environment placeholders are not filled yet. */
export interface PlainPipeline {
  readonly source: Readonly<Record<string, unknown>>;
  /** The folder that keeps how far the feed is stored. */
  readonly state?: string | undefined;
  /** The folder in which pages wait for the sink, or that and more. */
  readonly spool?: string | (Readonly<Record<string, unknown>> & { readonly path: string }) | undefined;
  readonly sink: { readonly type: 'jsonl' | 'stdout'; readonly config: Readonly<Record<string, unknown>> };
}
