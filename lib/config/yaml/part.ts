import type { Node } from 'yaml';

/** What is taken of a document, perhaps put together out of pieces of it, and what its placeholders lead to. */
export interface YamlPart {
  readonly root: Node | undefined;
  /** Where the value of a finding is looked for. @default root */
  readonly place?: Node | undefined;
  /** What a placeholder of this name leads into: `vars`, `params`, `row`, `each`, `sources`, `sinks`; `undefined` where there is none. */
  readonly section: (name: string) => Node | undefined;
}
