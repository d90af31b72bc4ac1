import type { Command } from 'commander';

/** All that a shell can complete. */
export interface CommandWords {
  /** Empty for the program itself. */
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionWords[];
  /** What its arguments can be. */
  readonly argument: ValueWords | undefined;
}

/** An option, with all its names: `-o`, `--output`. */
export interface OptionWords {
  readonly names: readonly string[];
  readonly description: string;
  /** What its value can be; `undefined` when it takes none. */
  readonly value: ValueWords | undefined;
}

/** What a value can be: one of a few words, a file, or else anything. */
export interface ValueWords {
  readonly choices: readonly string[];
  readonly isFile: boolean;
}

/** The words of a program: itself first, then its commands. */
export function wordsOf(root: Command): readonly CommandWords[] {
  const commands = root.createHelp().visibleCommands(root);
  const names = commands.map((command) => command.name());
  return [commandWords(root, '', names), ...commands.map((command) => commandWords(command, command.name(), names))];
}

function commandWords(command: Command, name: string, commands: readonly string[]): CommandWords {
  const [argument] = command.registeredArguments;
  return {
    name,
    summary: command.summary() || command.description(),
    options: command
      .createHelp()
      .visibleOptions(command)
      .map((option) => ({
        names: [option.short, option.long].filter((flag) => flag !== undefined),
        description: option.description,
        value: option.required || option.optional ? valueWords(option.argChoices, option.flags) : undefined,
      })),
    argument: argument && valueWords(name === 'help' ? commands : argument.argChoices, argument.name()),
  };
}

/** @param shown how the value is called for people, which tells whether it is a file */
function valueWords(choices: readonly string[] | undefined, shown: string): ValueWords {
  return { choices: choices ?? [], isFile: choices === undefined && FILE.test(shown) };
}

const FILE = /file|path|folder/i;
