import type { CommandWords, OptionWords, ValueWords } from './words.js';

/** The script of each shell. */
export const scripts = { bash, zsh, fish } as const;

/** For bash 3.2 and later. */
function bash(commands: readonly CommandWords[]): string {
  const values = commands.flatMap(({ name, options }) =>
    options.flatMap(({ names, value }) =>
      value === undefined
        ? []
        : [`    ${names.map((flag) => quoted(`${name}:${flag}`)).join('|')}) ${bashValue(value)}; return ;;`],
    ),
  );
  const words = commands.map(({ name, options, argument }) => {
    const flags = options.flatMap(({ names }) => names);
    const others = name === '' ? commands.slice(1).map((command) => command.name) : (argument?.choices ?? []);
    const files = argument?.isFile === true ? ' files=1' : '';
    return `    ${quoted(name)}) words=${quoted([...others, ...flags].join(' '))}${files} ;;`;
  });
  return `# Completes spillway in bash. Made by \`spillway completion bash\`.
_spillway_files() {
  local IFS=$'\\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen -f -- "$1"))
}
_spillway() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command= words= files= i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in -*) ;; *) command=\${COMP_WORDS[i]}; break ;; esac
  done
  case $command:$before in
${values.join('\n')}
  esac
  case $command in
${words.join('\n')}
  esac
  if [[ -n $files && $current != -* ]]; then
    _spillway_files "$current"
  else
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  fi
}
complete -F _spillway spillway
`;
}

function bashValue({ choices, isFile }: ValueWords): string {
  if (isFile) return '_spillway_files "$current"';
  return choices.length === 0 ? ':' : `COMPREPLY=($(compgen -W ${quoted(choices.join(' '))} -- "$current"))`;
}

/** For zsh, once `compinit` was called. */
function zsh(commands: readonly CommandWords[]): string {
  const [, ...named] = commands;
  const described = named.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`);
  const cases = commands.map(({ name, options, argument }) => {
    const specs = [...options.map(zshOption), ...(argument === undefined ? [] : [quoted(`*:${zshValue(argument)}`)])];
    return `    ${quoted(name)}) _arguments ${specs.join(' ')} ;;`;
  });
  return `#compdef spillway
# Completes spillway in zsh. Made by \`spillway completion zsh\`.
_spillway() {
  local -a commands
  commands=(
${described.join('\n')}
  )
  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then
    _describe command commands
    return
  fi
  local command=
  if [[ $words[2] != -* ]]; then
    command=$words[2]
    shift words
    (( CURRENT-- ))
  fi
  case $command in
${cases.join('\n')}
  esac
}
if [[ $funcstack[1] = _spillway ]]; then
  _spillway "$@"
else
  compdef _spillway spillway
fi
`;
}

function zshOption({ names, description, value }: OptionWords): string {
  const text = description.replace(/[\\[\]:]/g, '\\$&');
  const spec = `[${text}]${value === undefined ? '' : `:${zshValue(value)}`}`;
  // Braces make one specification of each name.
  return names.length === 1 ? quoted(`*${names[0]}${spec}`) : `'*'{${names.join(',')}}${quoted(spec)}`;
}

function zshValue({ choices, isFile }: ValueWords): string {
  if (isFile) return 'file:_files';
  return choices.length === 0 ? 'value: ' : `value:(${choices.join(' ')})`;
}

/** For fish. */
function fish(commands: readonly CommandWords[]): string {
  const [, ...named] = commands;
  const lines = commands.flatMap(({ name, options, argument }) => {
    const within = name === '' ? '__fish_use_subcommand' : `__fish_seen_subcommand_from ${name}`;
    const when = `complete -c spillway -n ${quoted(within)}`;
    return [
      ...(name === ''
        ? named.map((command) => `${when} -a ${quoted(command.name)} -d ${quoted(command.summary)}`)
        : []),
      ...(argument?.isFile === true ? [`${when} -F`] : []),
      ...(argument === undefined || argument.choices.length === 0
        ? []
        : [`${when} -a ${quoted(argument.choices.join(' '))}`]),
      ...options.map((option) => `${when} ${fishOption(option)}`),
    ];
  });
  return `# Completes spillway in fish. Made by \`spillway completion fish\`.
complete -c spillway -f
${lines.join('\n')}
`;
}

function fishOption({ names, description, value }: OptionWords): string {
  const flags = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  return [...flags, ...fishValue(value), `-d ${quoted(description)}`].join(' ');
}

function fishValue(value: ValueWords | undefined): string[] {
  if (value === undefined) return [];
  if (value.isFile) return ['-r', '-F'];
  return value.choices.length === 0 ? ['-x'] : ['-x', `-a ${quoted(value.choices.join(' '))}`];
}

/** In single quotes, as all three shells read them. */
function quoted(text: string): string {
  return `'${text.replaceAll('\n', ' ').replaceAll("'", `'"'"'`)}'`;
}
