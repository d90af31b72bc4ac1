/** Something that a repair does, or, where it only says so, would do. */
export interface RepairAction {
  /**
   * `cut`: the torn end of a file goes to another one. `ended`: a last line, or what is compressed, gets its end. `rewritten`: a file is
   * written anew without what is damaged. `ledger`, `manifest`: a ledger or a manifest is written anew, or added to.
   */
  readonly kind: 'cut' | 'ended' | 'rewritten' | 'ledger' | 'manifest';
  readonly file: string;
  /** Where what was there is kept, if anything is taken away. */
  readonly aside: string | undefined;
  /** What is done, as a whole sentence. */
  readonly message: string;
}

/** Something that is wrong and cannot be mended. */
export interface RepairRefusal {
  readonly file: string;
  /** Why, as a whole sentence. */
  readonly message: string;
}

/** Who is told. */
export interface RepairListener {
  acted(action: RepairAction): void;
  refused(refusal: RepairRefusal): void;
  /** A file was looked at, and nothing is to be done about it. */
  sound(file: string): void;
  /** Some more of a file was read. */
  progress(file: string, read: number, size: number): void;
}
