import type { ReportOptions } from '../report/reporter.js';

/** How a file is served. */
export interface ServeOptions extends ReportOptions {
  readonly port: number;
  readonly host: string;
  /** Messages a second. */
  readonly rate?: number;
  /** At the times of `received_at`. */
  readonly asRecorded?: boolean;
  /** How many times as fast as recorded. */
  readonly speed?: number;
  /** Without the envelope. */
  readonly unwrap?: boolean;
  readonly loop?: boolean;
  readonly onSubscribe?: boolean;
  readonly dropEvery?: number;
  /** In milliseconds. */
  readonly stall?: number;
  readonly stallEvery: number;
  /** The field by which clients go on. */
  readonly resumeBy?: string;
  readonly recordsPath?: string;
  readonly format?: 'lines' | 'document';
}
