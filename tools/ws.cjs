// What dist/ loads as `ws`, by `require()`: see bundled-packages.js. In Bun, that name stands for a WebSocket of Bun's own, which
// has no socket to read frames from and does not go on after `resume()`. So there the package is loaded by its place.
const { createRequire } = require('node:module');
const { dirname, join } = require('node:path');

module.exports = process.versions.bun === undefined ? require('ws') : (installed() ?? bundled());

function installed() {
  try {
    const own = createRequire(__filename);
    return own(join(dirname(own.resolve('ws/package.json')), 'index.js'));
  } catch {
    // In a bundle, which runs where there is no package, and has no name of a file.
    return undefined;
  }
}

/** A bundler that does not know Bun's has put the package into the bundle; `bun build` has not. */
function bundled() {
  const ws = require('ws');
  if (ws === createRequire(join(process.cwd(), 'any.js'))('ws')) {
    throw new Error(
      'spillway needs the package `ws` itself, and Bun has put its own in the place. Bundle with `--packages=external`, or by another bundler.',
    );
  }
  return ws;
}
