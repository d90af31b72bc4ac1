import type { Page } from '../../batch/page.js';
import type { PageText } from '../page-text.js';
import type { Compression } from './encodings.js';
import type { FileEnd } from './file-end.js';

/** What a file holds of pages. */
export interface FileFormat {
  /** Loads what it takes, before anything else. */
  load(): Promise<void>;
  /** @throws {ConfigError} when it is no page */
  textOf(page: Page): PageText;
  /** What a file that holds nothing begins with. */
  header(): Buffer;
  /** Looks at how the file at a path ends, that is to be added to, and changes nothing. */
  examineEnd(path: string, options: { readonly compression: Compression; readonly pretty: boolean }): Promise<FileEnd>;
}
