/** How a file ends that is to be added to, and what is to be done about it. */
export type FileEnd = WholeEnd | TornEnd | BadEnd;

/** Nothing is wrong with it. */
export interface WholeEnd {
  readonly kind: 'whole';
  /** What goes in front of the next record: a line feed, where the last one has none. */
  readonly lead: Buffer;
}

/** It was cut off, by a crash or a power failure; what is before that can be kept. */
export interface TornEnd {
  readonly kind: 'torn';
  /** How large the file is. */
  readonly size: number;
  /** How much of it stays. */
  readonly keep: number;
  /** What is put behind that, so that it is whole. */
  readonly ending: Buffer;
  /** Whole lines that are cut with the rest, and written anew. */
  readonly saved: Buffer;
  /** What is left of a record that is lost: a part of the file, or bytes that were decoded from it. */
  readonly torn: { readonly from: number; readonly to: number } | Buffer;
}

/** It cannot be repaired. */
export interface BadEnd {
  readonly kind: 'bad';
  /** Why, as a clause. */
  readonly reason: string;
}

/** How many bytes of a record that is lost there are. */
export function tornBytes({ torn }: TornEnd): number {
  return Buffer.isBuffer(torn) ? torn.length : torn.to - torn.from;
}
