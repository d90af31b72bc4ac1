import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Answer } from './answer.js';
import type { Route } from './routes.js';

/**
 * The live view, by path: files that a browser gets as they are. They hold nothing of a run, so they are answered without the token, which the
 * page asks for; and a link on a page of another site may lead here. A file is read when it is asked for.
 *
 * @param folder where they are
 */
export function pageRoutes(folder: string): ReadonlyMap<string, Route> {
  return new Map(
    PAGE_FILES.map((name) => [
      name === 'index.html' ? '/' : `${VIEW_PATH}${name}`,
      async (): Promise<Answer> => ({
        status: 200,
        type: TYPES[extname(name) as keyof typeof TYPES],
        body: await readFile(join(folder, name), 'utf8'),
        headers: { 'content-security-policy': POLICY },
      }),
    ]),
  );
}

/** What is below it belongs to the page. */
export const VIEW_PATH = '/view/';

/** All that the page is made of. */
export const PAGE_FILES: readonly string[] = [
  ...['index.html', 'style.css', 'icon.svg', 'main.js'],
  ...['announce', 'causes', 'columns', 'details', 'dom', 'event-reader', 'facts', 'feeds', 'format', 'gap-line'],
  ...['gap-strip', 'gaps', 'order', 'pace', 'points', 'spark', 'states', 'stream', 'table', 'tap', 'token'],
].map((name) => (name.includes('.') ? name : `${name}.js`));

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The page loads its own files and asks this server, and nothing it is told can become a script or a style. */
const POLICY = [
  "default-src 'none'",
  ...["script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'"],
  ...["frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'", "require-trusted-types-for 'script'"],
].join('; ');
