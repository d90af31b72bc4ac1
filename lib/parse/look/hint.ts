import { lacksZstd, NO_ZSTD } from '../../internal/zstd.js';
import type { Content, Look } from './look.js';

/** What to set for frames that look like this, in whole sentences; `undefined` when nothing can be said. */
export function hintFor({ codec, content }: Look): string | undefined {
  if (codec === undefined) return plainHint(content);
  const lacking = codec === 'zstd' && lacksZstd() ? ` ${NO_ZSTD}` : '';
  return `It is ${NAMES[codec]}${insideText(content)}: set \`decompress: ${codec}\`${alsoText(content)}.${lacking}`;
}

/** The same for frames that were to be inflated and could not be. */
export function hintForNotInflated(look: Look): string | undefined {
  if (look.codec !== undefined) return hintFor(look);
  return look.content.kind === 'unknown' ? undefined : 'It is not compressed: set `decompress: auto`, or leave it out.';
}

/** What content is, for people. */
export function contentText(content: Content): string {
  return content.kind === 'pieces' ? content.of.holds : CONTENTS[content.kind];
}

function plainHint(content: Content): string | undefined {
  switch (content.kind) {
    case 'json':
    case 'text':
    case 'unknown':
      return undefined;
    case 'pieces':
      return `It holds ${content.of.holds}: set ${splitText(content)}.`;
    default:
      return `It looks like ${CONTENTS[content.kind]}: set ${BINARY}.`;
  }
}

function insideText(content: Content): string {
  switch (content.kind) {
    case 'unknown':
      return '';
    case 'json':
    case 'text':
    case 'pieces':
      return ` that holds ${contentText(content)}`;
    default:
      return ` that holds what looks like ${contentText(content)}`;
  }
}

function alsoText(content: Content): string {
  switch (content.kind) {
    case 'json':
      return '';
    case 'pieces':
      return ` and ${splitText(content)}`;
    case 'text':
      return ' and `message_format: raw_string`';
    case 'unknown':
      return '';
    default:
      return ` and ${BINARY}`;
  }
}

function splitText({ of }: Content & { kind: 'pieces' }): string {
  return `\`split: ${of.split === 'lines' ? 'lines' : `{ on: ${JSON.stringify(of.split.on)} }`}\``;
}

const NAMES = { gzip: 'gzip', deflate: 'zlib', deflate_raw: 'raw deflate', brotli: 'brotli', zstd: 'zstd' } as const;
const CONTENTS = {
  json: 'JSON',
  text: 'text',
  protobuf: 'Protocol Buffers',
  messagepack: 'MessagePack',
  cbor: 'CBOR',
  unknown: 'something else',
} as const;
const BINARY =
  '`message_format: binary`, which stores frames as base64, or decode them in code, by `decode` of `createSource()` or `parse()`';
