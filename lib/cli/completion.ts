import { Argument, Command } from 'commander';

/** `spillway completion bash|zsh|fish`: what makes a shell complete this command. */
export function completionCommand(root: Command): Command {
  return new Command('completion')
    .summary('print what makes a shell complete this command')
    .description('Prints a script for your shell, which then completes commands, options, their values, and files.')
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .addHelpText('after', EPILOGUE)
    .action(async (shell: Shell) => {
      const [{ wordsOf }, { scripts }] = await Promise.all([
        import('./completion/words.js'),
        import('./completion/scripts.js'),
      ]);
      process.stdout.write(scripts[shell](wordsOf(root)));
    });
}

type Shell = (typeof SHELLS)[number];

const SHELLS = ['bash', 'zsh', 'fish'] as const;

const EPILOGUE = `
To have it in every new shell:
  bash  echo 'source <(spillway completion bash)' >> ~/.bashrc
  zsh   echo 'source <(spillway completion zsh)' >> ~/.zshrc     (after compinit)
  fish  spillway completion fish > ~/.config/fish/completions/spillway.fish
`;
