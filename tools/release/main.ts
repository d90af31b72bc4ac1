/**
 * Makes a release:
 *
 *     npm run release -- minor              says what it would do, and changes nothing
 *     npm run release -- minor --publish    does it
 *
 * It looks whether the tree is clean and something is to be released, asks for known vulnerabilities, sets the version
 * and the changelog's heading, runs the gate on just that, commits and tags it, writes a bill of materials (CycloneDX),
 * and publishes with a statement of provenance. That is signed by the service that builds, so `--publish` works there
 * alone. Nothing is pushed: that is for you.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type Bill, shippedBill } from './bill-of-materials.js';
import { releasedChangelog, unreleased } from './changelog.js';
import { nextVersion } from './next-version.js';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly repository?: unknown;
}

/** Set by the services whose signature npm takes: GitHub Actions and GitLab. */
const SIGNING = ['ACTIONS_ID_TOKEN_REQUEST_URL', 'SIGSTORE_ID_TOKEN'];
const LICENCES = 'dist/LICENSES.txt';
const [wanted, mode = '--dry-run', ...rest] = process.argv.slice(2);
const isReal = mode === '--publish';
if (wanted === undefined || !['--dry-run', '--publish'].includes(mode) || rest.length > 0) {
  console.error('Usage: npm run release -- major|minor|patch|1.2.3 [--dry-run|--publish]');
  process.exit(2);
}
try {
  release(wanted);
} catch (error) {
  console.error(`Not released: ${(error as Error).message}`);
  process.exitCode = 1;
}

function release(kind: string): void {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
  const version = nextVersion(manifest.version, kind);
  const tag = `v${version}`;
  const changelog = readFileSync('CHANGELOG.md', 'utf8');
  const entries = unreleased(changelog);
  const released = releasedChangelog(changelog, version, new Date().toISOString().slice(0, 10));
  const changed = ['package.json', 'package-lock.json', 'CHANGELOG.md'];

  console.log(isReal ? `Releasing ${version}.` : `A rehearsal of ${version}: nothing is changed; --publish does it.`);
  const problems = obstacles(manifest, tag);
  if (problems.length > 0) throw new Error(problems.join('\n              '));
  step('ask for known vulnerabilities of what is installed with it', () => run('npm', 'audit', '--omit=dev'));
  try {
    step(`set the version from ${manifest.version} to ${version}, and the changelog's heading`, () => {
      run('npm', 'version', version, '--no-git-tag-version');
      writeFileSync('CHANGELOG.md', released);
    });
    step('run the gate, .ci/run', () => run('bash', '.ci/run'));
    step(`commit it, and tag it ${tag}`, () => {
      run('git', 'commit', '--quiet', '--message', `Release ${version}`, ...changed);
      run('git', 'tag', '--annotate', tag, '--message', `${manifest.name} ${version}\n\n${entries}`);
    });
  } catch (error) {
    if (isReal) run('git', 'checkout', '--quiet', 'HEAD', '--', ...changed);
    throw error;
  }
  const bill = billOfMaterials();
  const path = `out/${manifest.name}-${version}.cdx.json`;
  step(`write the bill of materials, of ${bill.components.length} packages, to ${path}`, () => {
    mkdirSync('out', { recursive: true });
    writeFileSync(path, `${JSON.stringify(bill, null, 2)}\n`);
  });
  step('publish it, with provenance', () => run('npm', 'publish', '--provenance', '--access', 'public'));
  console.log(isReal ? `Done. Next: git push --follow-tags, and ${path} goes with it.` : `\n${entries}`);
}

/** What stands in the way, all of it. */
function obstacles(manifest: Manifest, tag: string): string[] {
  const problems: string[] = [];
  if (output('git', 'status', '--porcelain') !== '') problems.push('the tree is not clean: commit or stash first.');
  if (output('git', 'tag', '--list', tag) !== '') problems.push(`there is a tag ${tag} already.`);
  if (manifest.repository === undefined) {
    problems.push('package.json names no `repository`, which a statement of provenance is about.');
  }
  const canSign = SIGNING.some((name) => process.env[name] !== undefined);
  if (isReal && !canSign) problems.push(`nobody can sign for it here: none of ${SIGNING.join(', ')} is set.`);
  return problems;
}

function billOfMaterials(): Bill {
  const all = JSON.parse(output('npm', 'sbom', '--sbom-format', 'cyclonedx', '--package-lock-only')) as Bill;
  // A rehearsal builds nothing.
  const isBuilt = isReal || existsSync(LICENCES);
  return shippedBill(all, isBuilt ? readFileSync(LICENCES, 'utf8') : '');
}

function step(title: string, work: () => void): void {
  console.log(`${isReal ? '' : 'would '}${title}`);
  if (isReal) work();
}

function run(file: string, ...args: string[]): void {
  execFileSync(file, args, { stdio: 'inherit' });
}

function output(file: string, ...args: string[]): string {
  return execFileSync(file, args, { encoding: 'utf8' });
}
