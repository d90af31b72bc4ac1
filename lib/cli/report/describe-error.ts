import { ConfigError, InputError, SpillwayError } from '../../errors.js';
import { visible } from '../../visible.js';

/**
 * An error for somebody at a terminal: what happened, why, and what to do; for a configuration, every problem on a
 * line of its own.
 *
 * @param label what stands before it, and whose error it is: `spillway`
 * @param verbose adds the stack of the error and of its causes
 */
export function describeError(label: string, error: unknown, verbose: boolean): string[] {
  if (!(error instanceof Error)) return [`${label}: ${String(error)}`];
  const [first, ...more] = headline(error);
  const lines = [`${label}: ${first}`, ...more];
  const said = [error.message];
  // A configuration's problems say all there is to say.
  for (const cause of error instanceof ConfigError ? [] : causesOf(error)) {
    const because = visible(cause.message);
    if (said.some((text) => text.includes(withoutStop(because)))) continue;
    said.push(because);
    lines.push(`  because: ${because}`);
  }
  if (error instanceof SpillwayError) lines.push(whatToDo(error));
  if (!verbose) return lines;
  for (const each of [error, ...causesOf(error)]) lines.push(...frames(each));
  return lines;
}

/** The line that leads on. The package has that page, since a run may fail where the repository is not at hand. */
export function whatToDo(error: SpillwayError): string {
  return `  what to do: ${error.docs}`;
}

/** What {@link describeError} shows, as facts for a machine. */
export function errorFacts(error: unknown, verbose: boolean): Record<string, unknown> {
  if (!(error instanceof Error)) return { code: null, message: String(error) };
  const { code } = error as { code?: unknown };
  return {
    code: typeof code === 'string' ? code : null,
    message: error.message,
    causes: causesOf(error).map((cause) => cause.message),
    ...(error instanceof SpillwayError ? { docs: error.docs } : {}),
    ...(error instanceof ConfigError ? { file: error.file ?? null, problems: error.problems } : {}),
    ...(error instanceof InputError
      ? { file: error.file, line: error.line ?? null, column: error.column ?? null }
      : {}),
    ...(verbose ? { stack: [error, ...causesOf(error)].flatMap(frames).join('\n') } : {}),
  };
}

function headline(error: Error): string[] {
  if (error instanceof ConfigError) {
    const n = error.problems.length;
    return [
      `ERR_CONFIG: ${n === 1 ? 'a problem' : `${n} problems`} to solve; nothing was connected.`,
      ...error.message.split('\n'),
    ];
  }
  return [error instanceof SpillwayError ? `${error.code}: ${error.message}` : error.message || error.name];
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

/** Where it happened: the stack without the message, which was said before, and could look like a line of it. */
function frames(error: Error): string[] {
  const { stack = '', message } = error;
  const after = stack.indexOf(message);
  const rest = after === -1 ? stack : stack.slice(after + message.length);
  return [`  ${error.name}`, ...rest.split('\n').filter((line) => /^\s+at /.test(line))];
}

const MAX_CAUSES = 5;
