// Compiles lib/source/cut/json-frames.as, and writes what comes of it into a module of TypeScript: `npm run wasm`. It is kept in the
// repository, so that nobody who does not change it needs the compiler; a test holds that it is what the source comes to.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import asc from 'assemblyscript/asc';

const ROOM = join(import.meta.dirname, '../lib/source/cut');
const SOURCE = 'json-frames.as';

/** The module of TypeScript. */
export async function compiledWasm() {
  const options = [
    '-O3',
    '--noAssert',
    '--enable',
    'simd',
    '--runtime',
    'stub',
    '--initialMemory',
    '3',
    '--maximumMemory',
    '3',
  ];
  const { error, stderr, binary } = await compile([SOURCE, '-o', 'out.wasm', ...options]);
  if (error) throw new Error(`${SOURCE} does not compile:\n${stderr}`);
  const lines = Buffer.from(binary)
    .toString('base64')
    .match(/.{1,108}/g);
  return `// Written by \`npm run wasm\`, out of ${SOURCE}: ${binary.length} bytes of WebAssembly, in base64.
export const JSON_FRAMES =
${lines.map((line) => `  '${line}'`).join(' +\n')};
`;
}

async function compile(args) {
  let binary;
  const result = await asc.main(args, {
    // It knows no other ending than that of TypeScript, which this is not.
    readFile: (name) => (name === `${SOURCE}.ts` ? readFileSync(join(ROOM, SOURCE), 'utf8') : null),
    writeFile: (_name, contents) => {
      binary = contents;
    },
    listFiles: () => [],
  });
  return { error: result.error, stderr: result.stderr.toString(), binary };
}

if (process.argv[1] === import.meta.filename) writeFileSync(join(ROOM, 'json-frames.ts'), await compiledWasm());
