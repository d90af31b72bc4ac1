import { duration, text } from '../../internal/options/kinds.js';
import type { GivenOf, ResolvedOf, Rule } from '../../internal/options/option.js';

/** The options of planned rotation: a new connection takes over before the old one is closed. */
export const ROTATION_OPTIONS = {
  /**
   * A connection that is so old is rotated: a new one is opened, subscribed and confirmed, and only then the old one is
   * closed. Frames that came over both are emitted once. If the new one fails, the old one goes on. @default none
   */
  maxConnectionAgeMs: duration({
    title: 'Age of a connection',
    description:
      'Rotates a connection that is this old: a new one is opened, subscribed and confirmed before the old one is closed. Frames that came over both are emitted once, in order; if the new one fails, the old one goes on.',
    examples: ['23h'],
  }),
  /** The time of day at which connections are rotated, in UTC: `'23:55'` or `'23:55:30'`. @default none */
  rotateAt: text({
    title: 'Time of rotation',
    description: 'Rotates connections at this time of day, in UTC.',
    comment: 'a time of day in UTC, such as "23:55" or "23:55:30"',
    pattern: '^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$',
    examples: ['23:55'],
  }),
  /** A rotation comes earlier than planned by anything up to this, so that many feeds do not rotate at the same moment. @default 0 */
  rotationJitterMs: duration({
    title: 'Jitter of rotation',
    description:
      'Rotates earlier than planned by anything up to this, so that many feeds do not rotate at the same moment.',
    minMs: 0,
    fallback: 0,
    examples: ['5m'],
  }),
};

/** What may be given of `ROTATION_OPTIONS`. */
export interface RotationOptions extends GivenOf<typeof ROTATION_OPTIONS> {}

/** {@link RotationOptions} with every default filled in. */
export interface ResolvedRotationOptions extends ResolvedOf<typeof ROTATION_OPTIONS> {}

/** Jitter is for a rotation that comes, and less of it than the time within which a connection is rotated. */
export const ROTATION_RULES: readonly Rule<ResolvedRotationOptions>[] = [
  ({ maxConnectionAgeMs, rotateAt, rotationJitterMs }, name) => {
    const [age, time] = [name('maxConnectionAgeMs'), name('rotateAt')];
    if (rotationJitterMs === 0) return undefined;
    if (maxConnectionAgeMs === undefined && rotateAt === undefined) {
      const message = `Without \`${age}\` and \`${time}\` no rotation is planned. Set one of them.`;
      return { option: 'rotationJitterMs', at: 'key', message };
    }
    if (maxConnectionAgeMs !== undefined && rotationJitterMs >= maxConnectionAgeMs) {
      const message = `Expected a duration that is shorter than \`${age}\`.`;
      return { option: 'rotationJitterMs', at: 'value', message };
    }
    if (rotateAt === undefined || rotationJitterMs < DAY_MS) return undefined;
    const message = `Expected a duration that is shorter than the day after which \`${time}\` comes again.`;
    return { option: 'rotationJitterMs', at: 'value', message };
  },
];

export const DAY_MS = 86_400_000;
