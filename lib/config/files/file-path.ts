import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Finding, type Path, valueFinding } from '../check/findings.js';

/** A path with the home folder in the place of `~` before its first slash, as a shell would write it. */
export function expandHome(path: string): string {
  return path === '~' || HOME.test(path) ? join(homedir(), path.slice(1)) : path;
}

/** What is wrong with the name of a file or folder that is to be written, beyond its type. Values of a wrong type pass. */
export function checkFilePath(file: unknown, path: Path): Finding[] {
  const message = typeof file === 'string' ? problemOf(file) : undefined;
  return message === undefined ? [] : [valueFinding(path, message)];
}

/** The same of a path whose parts may be filled in from record to record. */
export function checkTemplatePath(file: unknown, path: Path): Finding[] {
  const message = typeof file === 'string' ? (homeProblem(file) ?? nameProblem(file.replace(FILLED, ''))) : undefined;
  return message === undefined ? [] : [valueFinding(path, message)];
}

/** What is filled in from record to record. */
const FILLED = /%[YmdHM%]|\{feed\}|\{field:[^}]*\}/g;

function problemOf(file: string): string | undefined {
  return homeProblem(file) ?? nameProblem(file);
}

function homeProblem(file: string): string | undefined {
  if (file === '~' || /^~[/\\]+$/.test(file)) {
    return 'This is your home folder. Name what is to be in it, such as `~/trades.jsonl`.';
  }
  if (/^~[\w.-]*[/\\]/.test(file) && !HOME.test(file)) {
    return 'Expected `~/` for your home folder: those of others are not looked up. Write the whole path.';
  }
  return undefined;
}

/** What looks as if somebody filled it in. */
function nameProblem(file: string): string | undefined {
  const time = /%[-_0]?[A-Za-z]/.exec(file)?.[0];
  if (time !== undefined) {
    return `Nobody fills \`${time}\` in here. For the time at which the command starts write \`\${now.strftime.${time}}\`, or \`\${now.date}\`.`;
  }
  const name = /\{([A-Za-z_][\w.-]*)\}/.exec(file)?.[1];
  if (name !== undefined) {
    return `Nobody fills \`{${name}}\` in here. Write \`\${param.${name.replace(/\W/g, '_')}}\`, which \`--param\` gives a value, \`\${env:NAME}\` or \`\${now.date}\`.`;
  }
  return undefined;
}

const HOME = /^~[/\\]/;
