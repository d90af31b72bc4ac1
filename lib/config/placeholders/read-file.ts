import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { expandHome } from '../files/file-path.js';
import { fileReason } from '../files/file-reason.js';
import type { Resolved } from './surroundings.js';

/**
 * Reads what `${file:PATH}` stands for: a text without its last line break, each file once.
 *
 * @param folder that a path is relative to
 */
export function fileReader(folder: string): (path: string) => Resolved {
  const read = new Map<string, Resolved>();
  return (path) => {
    const known = read.get(path) ?? contentOf(path, resolve(folder, expandHome(path)));
    read.set(path, known);
    return known;
  };
}

function contentOf(given: string, path: string): Resolved {
  const fail = (what: string): Resolved => ({ problem: `The file ${given} ${what}` });
  if (given === '') return { problem: `Expected \`\${file:PATH}\`, with the path of a file.` };
  try {
    const stats = statSync(path);
    // A pipe or a device may give nothing for ever, or never end.
    if (!stats.isFile() && !stats.isDirectory()) return fail('is a device or a pipe. Name a file that holds the text.');
    if (stats.size > MAX_BYTES) return fail('is larger than 1 MiB. Check that it is the right one.');
    return textOf(readFileSync(path), fail);
  } catch (error) {
    return fail(`cannot be read: ${fileReason(error)}. Check its path, and its permissions.`);
  }
}

function textOf(bytes: Buffer, fail: (what: string) => Resolved): Resolved {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(/\r?\n$/, '');
  } catch {
    return fail('is not UTF-8 text. Check that it is the right one.');
  }
  return text === '' ? fail('is empty. Write the text into it.') : { value: text, isHidden: true, secrets: [text] };
}

const MAX_BYTES = 1024 * 1024;
