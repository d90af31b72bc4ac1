/** What spillway logs to: the shape that pino, bunyan and winston's children share. */
export interface Logger {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/** The default: a library does not write to the console by itself. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };
