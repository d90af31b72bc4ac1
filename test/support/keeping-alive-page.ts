import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RECONNECT_ACTIONS, RECONNECT_TABLE } from '../../lib/connect/reconnect/reconnect-table.js';
import { GAP_CAUSES } from '../../lib/frame/gap.js';
import { allFaults, type Fault } from '../faults/faults.js';
import { between, ROOT, withExamples } from './readme.js';

/** The page on keeping a feed alive with its tables made from the code and from the fault matrix, and the recipes put in. `npm run readme` writes it. */
export function freshKeepingAlivePage(): string {
  let page = readFileSync(join(ROOT, 'docs/keeping-alive.md'), 'utf8');
  page = between(page, 'reconnect-table', reconnectTable());
  page = between(page, 'reconnect-actions', actionTable());
  page = between(page, 'gap-causes', causeTable());
  page = between(page, 'faults', faultTable());
  return withExamples(page);
}

function reconnectTable(): string {
  const rows = RECONNECT_TABLE.map(({ kind, values, meaning, action }) => {
    const shown = values.map((value) => `\`${typeof value === 'object' ? value.join('–') : value}\``).join(', ');
    return `| ${KINDS[kind]} ${shown} | ${meaning} | \`${action}\` |`;
  });
  return ['| what happened | which means | what is done |', '| --- | --- | --- |', ...rows].join('\n');
}

function actionTable(): string {
  const rows = Object.entries(RECONNECT_ACTIONS).map(([action, meaning]) => `| \`${action}\` | ${meaning} |`);
  return ['| what is done | |', '| --- | --- |', ...rows].join('\n');
}

function causeTable(): string {
  const rows = Object.entries(GAP_CAUSES).map(([cause, meaning]) => `| \`${cause}\` | ${meaning} |`);
  return ['| cause | |', '| --- | --- |', ...rows].join('\n');
}

function faultTable(): string {
  const rows = allFaults().map((fault) => `| ${fault.name} | ${without(fault)} | ${withReconnect(fault)} |`);
  return ['| fault | without `reconnect` | with `reconnect` |', '| --- | --- | --- |', ...rows].join('\n');
}

function without({ error }: Fault): string {
  if (error === undefined) return 'ends well';
  const { code, closeCode, status } = error;
  return `\`${code}\`${closeCode === undefined ? '' : `, code ${closeCode}`}${status === undefined ? '' : `, status ${status}`}`;
}

function withReconnect({ withReconnect: outcome }: Fault): string {
  if (outcome === 'gives up') return 'the same';
  const [cause, code] = outcome;
  return `goes on; gap \`${cause}\`${code === undefined ? '' : `, code ${code}`}`;
}

const KINDS = { status: 'status', code: 'close code', error: '' } as const;
