import { type Command, Option } from 'commander';
import { sourceConfigSchema } from '../../config/source-schema.js';
import { collect, type Flag, type FlagSchema, flagsOf } from './flags.js';

/** A flag for every key of a source's configuration but its addresses, which are arguments. */
export function sourceFlags(): Flag[] {
  const { url: _one, urls: _many, ...properties } = sourceConfigSchema.properties;
  return flagsOf(properties as Readonly<Record<string, FlagSchema>>, {
    split: { select: pathsOf },
    short: { max_messages: 'n', subscribe_messages: 's' },
    group: 'The feed (the keys of the configuration table):',
  });
}

/** `data.price,symbol` → both; a comma within brackets is part of a key. */
function pathsOf(text: string): readonly string[] {
  return text.match(/(?:\["(?:[^"\\]|\\.)*"\]|[^,])+/g) ?? [text];
}

/** Gives a command these flags, and `-H`. */
export function addSourceFlags(command: Command, flags: readonly Flag[]): Command {
  for (const { option, negative } of flags) {
    command.addOption(option);
    if (negative !== undefined) command.addOption(negative);
  }
  const header = new Option(
    '-H, --header <line>',
    "A request header, 'Name: value', or @file of such lines; repeatable.",
  );
  return command.addOption(header.argParser(collect).helpGroup(flags[0]!.option.helpGroupHeading!));
}
