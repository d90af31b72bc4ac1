import { BACKFILL_OPTIONS, BACKFILL_RULES } from '../../connect/options/backfill-options.js';
import { INTAKE_OPTIONS } from '../../connect/options/intake-options.js';
import { LIVENESS_OPTIONS } from '../../connect/options/liveness-options.js';
import { RECONNECT_OPTIONS, RECONNECT_RULES } from '../../connect/options/reconnect-options.js';
import { RESUME_OPTIONS, RESUME_RULES } from '../../connect/options/resume-options.js';
import { ROTATION_OPTIONS, ROTATION_RULES } from '../../connect/options/rotation-options.js';
import { SOCKET_OPTIONS, SOCKET_RULES } from '../../connect/options/socket-options.js';
import { SUBSCRIBE_OPTIONS } from '../../connect/options/subscribe-options.js';
import type { OptionTable, Rule } from '../../internal/options/option.js';
import { REACH_CONFIG } from './reach.js';
import { BATCH_CONFIG, PARSE_CONFIG, RECORD_OPTIONS } from './record-options.js';

/** Every table of options that a configuration shows, by the name of its interface there. */
export const OPTION_TABLES = {
  SocketConfig: { about: 'A connection as such, from its handshake to its buffers.', table: SOCKET_OPTIONS },
  LivenessConfig: { about: 'What keeps a connection alive, and finds out that it is not.', table: LIVENESS_OPTIONS },
  ReachConfig: { about: 'What gets a connection through to its server.', table: REACH_CONFIG },
  SubscribeConfig: {
    about: 'What is sent after a connect, and confirmed; and what a server that speaks first says.',
    table: SUBSCRIBE_OPTIONS,
  },
  ReconnectConfig: { about: 'What comes after the end of a connection.', table: RECONNECT_OPTIONS },
  RotationConfig: { about: 'When a new connection takes over from the old one.', table: ROTATION_OPTIONS },
  IntakeConfig: {
    about: 'What of the frames that came is taken, and how it is told what is missing.',
    table: INTAKE_OPTIONS,
  },
  ResumeConfig: { about: 'How a feed goes on where it was.', table: RESUME_OPTIONS },
  BackfillConfig: { about: 'How what is missing in a sequence is fetched.', table: BACKFILL_OPTIONS },
  ParseConfig: { about: 'What a frame holds.', table: PARSE_CONFIG },
  BatchConfig: { about: 'What a page holds, and how many records there are.', table: BATCH_CONFIG },
  RecordConfig: { about: 'What becomes of records.', table: RECORD_OPTIONS },
} satisfies Readonly<Record<string, { readonly about: string; readonly table: OptionTable }>>;

/** All of their options. */
export const SOURCE_OPTIONS: OptionTable = Object.assign({}, ...Object.values(OPTION_TABLES).map(({ table }) => table));

/** What must hold between them. */
export const SOURCE_RULES: readonly Rule<never>[] = [
  ...SOCKET_RULES,
  ...ROTATION_RULES,
  ...RECONNECT_RULES,
  ...RESUME_RULES,
  ...BACKFILL_RULES,
];
