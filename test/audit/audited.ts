import { type AuditOptions, audit } from '../../lib/audit/audit.js';
import type { FileFacts, Finding } from '../../lib/audit/finding.js';
import type { AuditSummary } from '../../lib/audit/tally.js';

/** What an audit came to. */
export interface Audited {
  /** Each as `kind:line:column`, with `!` in front of what is wrong. */
  readonly told: readonly string[];
  readonly findings: readonly Finding[];
  readonly files: readonly FileFacts[];
  readonly summary: AuditSummary;
}

/** Audits paths, and keeps what was told. */
export async function audited(paths: string | readonly string[], options: AuditOptions = {}): Promise<Audited> {
  const findings: Finding[] = [];
  const files: FileFacts[] = [];
  const summary = await audit([paths].flat(), options, {
    found: (finding) => void findings.push(finding),
    read: (facts) => void files.push(facts),
    progress() {},
  });
  const told = findings.map(({ kind, isWrong, line, column }) =>
    [`${isWrong ? '!' : ''}${kind}`, line, column].filter((part) => part !== undefined).join(':'),
  );
  return { told, findings, files, summary };
}
