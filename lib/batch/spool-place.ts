/** Where a page stands in a spool. */
export interface SpoolPlace {
  /** Which spool it is. */
  readonly id: string;
  /** The number of the page there. */
  readonly page: number;
}
