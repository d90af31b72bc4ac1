/** A pipeline as a file would write it: environment placeholders are not filled yet. */
export interface PlainPipeline {
  readonly source: Readonly<Record<string, unknown>>;
  readonly sink: { readonly type: 'jsonl' | 'stdout'; readonly config: Readonly<Record<string, unknown>> };
}
