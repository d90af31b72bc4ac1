import { ConfigError, SpillwayError } from '../errors.js';

/**
 * An error for somebody at a terminal: what happened, why, and what to do; for a configuration, every problem on a
 * line of its own.
 *
 * @param verbose adds the stack of the error and of its causes
 */
export function describeError(error: unknown, verbose: boolean): string {
  if (!(error instanceof Error)) return String(error);
  const lines = [headline(error)];
  const said = [error.message];
  // A configuration's problems say all there is to say.
  for (const cause of error instanceof ConfigError ? [] : causesOf(error)) {
    if (said.some((text) => text.includes(withoutStop(cause.message)))) continue;
    said.push(cause.message);
    lines.push(`  because: ${cause.message}`);
  }
  if (verbose) for (const each of [error, ...causesOf(error)]) lines.push(frames(each));
  return lines.join('\n');
}

/** What {@link describeError} shows, as facts for a machine. */
export function errorFacts(error: unknown, verbose: boolean): Record<string, unknown> {
  if (!(error instanceof Error)) return { code: null, message: String(error) };
  const { code } = error as { code?: unknown };
  return {
    code: typeof code === 'string' ? code : null,
    message: error.message,
    causes: causesOf(error).map((cause) => cause.message),
    ...(error instanceof ConfigError ? { file: error.file ?? null, problems: error.problems } : {}),
    ...(verbose ? { stack: [error, ...causesOf(error)].map(frames).join('\n') } : {}),
  };
}

function headline(error: Error): string {
  if (error instanceof ConfigError) {
    const n = error.problems.length;
    return `ERR_CONFIG: ${n === 1 ? 'a problem' : `${n} problems`} to solve; nothing was connected.\n${error.message}`;
  }
  return error instanceof SpillwayError ? `${error.code}: ${error.message}` : error.message || error.name;
}

/** The chain of causes, at most five. An `AggregateError`, as Node gives for many addresses, stands for its first. */
function causesOf(error: Error): Error[] {
  const causes: Error[] = [];
  let current: unknown = error;
  while (causes.length < MAX_CAUSES && current instanceof Error) {
    const next: unknown = current instanceof AggregateError ? (current.errors[0] as unknown) : current.cause;
    if (!(next instanceof Error)) break;
    if (next.message !== '') causes.push(next);
    current = next;
  }
  return causes;
}

function withoutStop(text: string): string {
  return text.replace(/[.\s]+$/, '');
}

/** Where it happened: the stack without the message, which was said before. */
function frames(error: Error): string {
  const lines = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return `  ${error.name}\n${lines.join('\n')}`;
}

const MAX_CAUSES = 5;
