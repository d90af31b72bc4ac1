import type { Page } from '../../batch/page.js';
import type { PageText } from '../page-text.js';
import type { RowWriter } from './rows.js';

/** The records as rows, up to the first one that is no object. */
export function rowsText(page: Page, rows: RowWriter): PageText {
  const ends: number[] = [];
  let start = 0;
  for (const end of page.ends) {
    if (!rows.add(page.bytes, start, end)) break;
    ends.push(rows.length);
    rows.endLine();
    start = end + 1;
  }
  return { bytes: rows.take(), ends, recordsAmong: (lines = ends.length) => page.recordsAmong(lines) };
}
