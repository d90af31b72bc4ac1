/** How files are mended. */
export interface RepairOptions {
  readonly dryRun?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}
