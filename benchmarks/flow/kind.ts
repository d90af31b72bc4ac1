/** What kind of feed the benchmark has, by its environment: `BYTES` a frame, over TLS with `TLS=1`, compressed with `DEFLATE=1`. */
const bytes = Number(process.env['BYTES'] ?? 123);
const isOverTls = process.env['TLS'] === '1';
const isDeflated = process.env['DEFLATE'] === '1';
/** A third of a gigabyte of short frames, one gigabyte of long ones. */
const most = bytes === 123 ? (isDeflated ? 1_000_000 : 3_000_000) : Math.round(1e9 / bytes);
const frames = Number(process.env['FRAMES'] ?? most);

export const kind = {
  bytes,
  isOverTls,
  isDeflated,
  frames,
  warmup: Number(process.env['WARMUP'] ?? Math.round(frames / 3)),
  rounds: Number(process.env['ROUNDS'] ?? 5),
  /** Short frames, neither encrypted nor compressed: every contender takes part. */
  isPlain: bytes === 123 && !isOverTls && !isDeflated,
  /** What the name of the results file says of it. */
  suffix: `${bytes === 123 ? '' : `-${bytes}`}${isOverTls ? '-tls' : ''}${isDeflated ? '-deflate' : ''}`,
} as const;
