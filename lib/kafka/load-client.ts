import { optionError } from '../errors.js';

/**
 * Loads a client, which is installed beside spillway by who wants it.
 *
 * @throws {ConfigError} when it is not installed, with the command that does it
 */
export async function loadClient<T>(name: string, versions: string): Promise<T> {
  try {
    return (await import(name)) as T;
  } catch (cause) {
    const isMissing =
      (cause as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND' && String(cause).includes(`'${name}'`);
    throw optionError(
      'kafka.client',
      isMissing
        ? `The Kafka client ${name} is not installed. Install it beside spillway: \`npm install ${name}@${versions}\`.`
        : `The Kafka client ${name} cannot be loaded: ${(cause as Error).message}.`,
      cause,
    );
  }
}
