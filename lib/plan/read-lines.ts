import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { expandHome } from '../config/files/file-path.js';
import { fileReason } from '../config/files/file-reason.js';
import type { ReadLines } from './each.js';

/**
 * Reads files of values: a line each, without what stands around it; empty lines and those that begin with `#` are none.
 *
 * @param folder that a path is relative to
 */
export function lineReader(folder: string): ReadLines {
  return (path) => {
    try {
      const place = resolve(folder, expandHome(path));
      const stats = statSync(place);
      if (!stats.isFile() && !stats.isDirectory())
        return { problem: `The file ${path} is a device or a pipe. ${NAME_ONE}` };
      if (stats.size > MAX_BYTES)
        return { problem: `The file ${path} is larger than 1 MiB. Check that it is the right one.` };
      const text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(place));
      return text
        .split(/\r?\n/)
        .map((line) => line.trim())
        .filter((line) => line !== '' && !line.startsWith('#'));
    } catch (error) {
      if (error instanceof TypeError) return { problem: `The file ${path} is not UTF-8 text. ${NAME_ONE}` };
      return { problem: `The file ${path} cannot be read: ${fileReason(error)}. Check its path, and its permissions.` };
    }
  };
}

const NAME_ONE = 'Name a file that has a value a line.';
const MAX_BYTES = 1024 * 1024;
