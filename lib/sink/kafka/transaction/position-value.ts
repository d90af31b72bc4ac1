import type { SpoolPlace } from '../../../batch/spool-place.js';
import type { StoredPosition } from '../../../batch/stored-position.js';

/** How far a feed is stored, as it stands in the topic of positions. */
export function encodePosition(
  { sequence, receivedAt, cursor, spooled, elsewhere }: StoredPosition,
  { epoch, at }: { readonly epoch: number; readonly at: number },
): Buffer {
  const places = { ...(cursor && { cursor }), ...(spooled && { spooled }), ...(elsewhere && { elsewhere }) };
  const position = { next: sequence, receivedAt: receivedAt ?? null, ...places };
  return Buffer.from(JSON.stringify({ version: VERSION, position, epoch, at }));
}

/** What stands there; `undefined` when it is nothing that this version understands. */
export function decodePosition(value: Buffer): StoredPosition | undefined {
  try {
    const { version, position } = JSON.parse(value.toString()) as Partial<Stored>;
    const { next, receivedAt, cursor, spooled, elsewhere } = position ?? {};
    if (version !== VERSION || !Number.isSafeInteger(next) || (next as number) < 0) return undefined;
    return {
      sequence: next as number,
      receivedAt: typeof receivedAt === 'number' ? receivedAt : undefined,
      ...(isCursor(cursor) && { cursor }),
      ...(isPlace(spooled) && { spooled }),
      ...(Array.isArray(elsewhere) && { elsewhere: elsewhere.filter(isPlace) }),
    };
  } catch {
    return undefined;
  }
}

/** Where a feed is in its spools once a page is stored that came out of one. Few have more than one, each machine its own. */
export function placesBehind(
  before: Pick<StoredPosition, 'spooled' | 'elsewhere'>,
  place: SpoolPlace | undefined,
): Pick<StoredPosition, 'spooled' | 'elsewhere'> {
  const { spooled, elsewhere } = before;
  if (place === undefined || spooled === undefined || spooled.id === place.id) {
    return { spooled: place ?? spooled, elsewhere };
  }
  const others = [spooled, ...(elsewhere ?? [])].filter(({ id }) => id !== place.id);
  return { spooled: place, elsewhere: others.slice(0, MAX_PLACES) };
}

function isPlace(value: unknown): value is SpoolPlace {
  const { id, page } = Object(value) as Partial<SpoolPlace>;
  return typeof id === 'string' && Number.isSafeInteger(page);
}

function isCursor(value: unknown): value is NonNullable<StoredPosition['cursor']> {
  const { endpoint, values } = Object(value) as { readonly endpoint?: unknown; readonly values?: unknown };
  return typeof endpoint === 'string' && typeof values === 'object' && values !== null;
}

interface Stored {
  readonly version: number;
  readonly position: {
    readonly next?: number;
    readonly receivedAt?: number | null;
    readonly cursor?: unknown;
    readonly spooled?: unknown;
    readonly elsewhere?: unknown;
  };
}

/** Raised when what is written could not be read by an older version. */
const VERSION = 1;
/** Places of spools that nobody has heard of for longer are forgotten. */
const MAX_PLACES = 16;
