import { type Command, Option } from 'commander';
import { sourceConfigSchema } from '../../config/source-schema.js';
import { collect, type Flag, type FlagSchema, flagsOf } from './flags.js';
import { letterFlags } from './letter-flags.js';

/** A flag for every key of a source's configuration but its addresses, which are arguments. */
export function sourceFlags(): Flag[] {
  const { url: _one, urls: _many, ...properties } = sourceConfigSchema.properties;
  const schemas = Object.entries(properties as Readonly<Record<string, FlagSchema>>).flatMap(([key, schema]) =>
    key === 'dead_letter' ? Object.entries(letterFlags(schema)) : [[key, schema] as const],
  );
  return flagsOf(Object.fromEntries(schemas), {
    split: { select: pathsOf },
    short: { max_messages: 'n', subscribe_messages: 's' },
    group: 'The feed (the keys of the configuration table):',
  });
}

/** `data.price,symbol` → both; a comma within brackets is part of a key. */
function pathsOf(text: string): readonly string[] {
  return text.match(/(?:\[(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\]|[^,])+/g) ?? [text];
}

/** Gives a command these flags, `-H`, `--duration`, `--split-on` and `--filter`. */
export function addSourceFlags(command: Command, flags: readonly Flag[]): Command {
  for (const { option, negative } of flags) {
    command.addOption(option);
    if (negative !== undefined) command.addOption(negative);
  }
  const header = new Option(
    '-H, --header <line>',
    "A request header, 'Name: value', or @file of such lines; repeatable.",
  );
  const duration = new Option('--duration <duration>', 'The same as --max-duration: `--duration 10m`.');
  const splitOn = new Option(
    '--split-on <text>',
    'A frame holds many records, with this text between them; `\\u001e`, `\\0`, `\\r` and the like stand for what they do in JSON.',
  );
  const filter = new Option(
    '--filter <test>',
    "Stores the records that pass, 'type=trade', 'type!=quote' or 'type' (it is there); repeatable. A value that is JSON is compared as that, any other as text; they come before --transforms.",
  );
  const group = flags[0]!.option.helpGroupHeading!;
  for (const option of [duration, splitOn, filter.argParser(collect), header.argParser(collect)])
    command.addOption(option.helpGroup(group));
  return command;
}
