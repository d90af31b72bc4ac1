import { spawnSync } from 'node:child_process';
import { PassThrough } from 'node:stream';
import { Command } from 'commander';
import { captureCommand } from '../../../lib/cli/capture.js';
import { completionCommand } from '../../../lib/cli/completion.js';
import { demoCommand } from '../../../lib/cli/demo.js';
import { doctorCommand } from '../../../lib/cli/doctor.js';
import { initCommand } from '../../../lib/cli/init.js';
import { planCommand } from '../../../lib/cli/plan.js';
import { previewCommand } from '../../../lib/cli/preview.js';
import { runCommand } from '../../../lib/cli/run.js';
import { schemaCommand } from '../../../lib/cli/schema.js';
import { serveCommand } from '../../../lib/cli/serve.js';
import { Output } from '../../../lib/cli/terminal/output.js';
import { validateCommand } from '../../../lib/cli/validate.js';
import { command as spillway } from '../program.js';

/** The help of all commands, as people get it on a page that is wide enough. */
export function freshHelp(): string {
  const output = new Output(new PassThrough());
  const root = new Command('spillway').helpOption('-h, --help', 'explain this command');
  const commands = [
    runCommand(output),
    captureCommand(output),
    previewCommand(output),
    serveCommand(output),
    demoCommand(output),
    doctorCommand(),
    initCommand(output),
    planCommand(output),
    validateCommand(),
    schemaCommand(),
    completionCommand(root),
  ];
  for (const command of commands) root.addCommand(command.copyInheritedSettings(root));
  return [helpOfAll(), ...commands.map(helpOf)]
    .map((help) => help.replaceAll(/ +$/gm, ''))
    .join(`\n${'='.repeat(80)}\n\n`);
}

/** That of the command itself, which only the program has. */
function helpOfAll(): string {
  const env = { ...process.env, COLUMNS: String(WIDTH), NO_COLOR: '1' };
  return spawnSync(process.execPath, [...spillway(), '--help'], { env, encoding: 'utf8' }).stdout;
}

function helpOf(command: Command): string {
  let help = '';
  command.configureOutput({ getOutHelpWidth: () => WIDTH, writeOut: (text) => (help += text) });
  command.outputHelp();
  return help;
}

const WIDTH = 120;
