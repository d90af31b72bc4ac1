import { type Command, InvalidArgumentError } from 'commander';

/** What `--set name=value` gave, by name. */
export type Settings = Readonly<Record<string, string>>;

/** Gives a command the option that fills the placeholders of an address. */
export function addSettingOption(command: Command, names = '-s, --set'): Command {
  return command.option(
    `${names} <name=value>`,
    'fill {name} in the url with value; may be given many times, the last one for a name counts',
    addSetting,
  );
}

function addSetting(text: string, settings: Settings = {}): Settings {
  const equals = text.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('Expected name=value, such as symbol=btcusdt.');
  return Object.fromEntries([...Object.entries(settings), [text.slice(0, equals), text.slice(equals + 1)]]);
}
