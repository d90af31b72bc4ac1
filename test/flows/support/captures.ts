import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { SourceConfig } from '../../../lib/index.js';
import { jsonLines, pipelineFile, spillway, start } from '../../cli/cli.js';
import { program } from '../../support/program.js';
import type { Report, Task } from '../processes/capture.js';

/** A capture into a file by a process of its own, under way. */
export interface Capture {
  readonly child: ChildProcess;
  readonly end: Promise<Report & { readonly status: number | null }>;
}

/** Starts a capture of `config` into the file at `path`; `below` chooses an arrangement where there is a choice. */
export type StartCapture = (
  t: TestContext,
  config: SourceConfig,
  path: string,
  below: (limit: number) => number,
) => Promise<Capture>;

/** The programs that capture a feed into a file. */
export const PROGRAMS: { readonly [name: string]: StartCapture } = {
  'a script': (t, config, path, below) => startScript(t, { config, path, isFused: below(2) === 0 }),
  'spillway run': startCommand,
};

async function startScript(t: TestContext, task: Task): Promise<Capture> {
  const script = join(import.meta.dirname, '../processes/capture.ts');
  const { child, exit } = start(t, process.execPath, [...program(script), JSON.stringify(task)]);
  const end = exit.then(({ status, stdout, stderr }) => {
    if (stdout === '') throw new Error(`The capture gave no report, status ${status}: ${stderr}`);
    return { ...(JSON.parse(stdout) as Report), status };
  });
  return { child, end };
}

async function startCommand(t: TestContext, config: SourceConfig, path: string): Promise<Capture> {
  const { file } = await pipelineFile(t, config, { type: 'jsonl', config: { path, on_full: 'fail' } });
  const { child, exit } = spillway(t, ['run', file, '--json']);
  const end = exit.then(({ status, stderr }) => {
    const summary = jsonLines(stderr).find(({ type }) => type === 'summary');
    if (summary === undefined) throw new Error(`The command gave no summary, status ${status}: ${stderr}`);
    const { received, records, error_code } = summary as { received: number; records: number; error_code: string };
    return { received, written: records, error: error_code, status };
  });
  return { child, end };
}
