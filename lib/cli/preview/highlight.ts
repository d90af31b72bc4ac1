import { paint } from '../terminal/colour.js';

/** JSON text in colours: keys, strings, numbers, literals. Nothing else of it changes. */
export function highlight(json: string): string {
  return json.replace(TOKEN, (token, text: string | undefined, colon: string | undefined) => {
    if (text !== undefined) return colon === undefined ? paint('green', text) : `${paint('blue', text)}${colon}`;
    return paint(/^[tfn]/.test(token) ? 'magenta' : 'yellow', token);
  });
}

/** 1: a string, 2: the colon that makes it a key; or a literal, or a number. */
const TOKEN = /("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|true|false|null|-?\d[\d.eE+-]*/g;
