// A PostgreSQL server of its own, in a folder of its own, for the tests of the package: the server's programs have to be installed.
import { execFile } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Starts one, which listens at a socket in its folder alone; or says what is `missing`. */
export async function startPostgres() {
  const programs = programsOf(process.env.PATH.split(':').concat(packaged()));
  if (programs === undefined) return { missing: 'no PostgreSQL server (`initdb`, `pg_ctl`, `psql`) is installed here' };
  const owner = await ownerOf();
  if (owner === undefined) return { missing: 'PostgreSQL does not run as root, and there is no user `postgres` here' };
  const folder = mkdtempSync(join(tmpdir(), 'spillway-postgres-'));
  if (owner.uid !== undefined) chownSync(folder, owner.uid, owner.gid);
  const data = join(folder, 'data');
  const call = (name, ...args) => run(join(programs, name), args, { ...owner, cwd: folder });
  await call('initdb', '--auth=trust', '--username=spillway', '--no-sync', '--no-locale', '--encoding=UTF8', data);
  const options = `-c listen_addresses= -c unix_socket_directories=${folder} -c fsync=off`;
  await call('pg_ctl', 'start', '--wait', '-D', data, '-l', join(folder, 'log'), '-o', options);
  return {
    url: `postgres://spillway@/postgres?host=${encodeURIComponent(folder)}`,
    async ask(sql) {
      const said = await call('psql', '-h', folder, '-U', 'spillway', '-qAtX', '-c', sql, 'postgres');
      return said.stdout;
    },
    async stop() {
      await call('pg_ctl', 'stop', '--wait', '-m', 'immediate', '-D', data);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The folder that has all of them. */
function programsOf(folders) {
  return folders.find((folder) => ['initdb', 'pg_ctl', 'psql'].every((name) => existsSync(join(folder, name))));
}

/** Debian keeps those of each version in a folder of its own. */
function packaged() {
  const all = '/usr/lib/postgresql';
  return existsSync(all) ? readdirSync(all).map((version) => join(all, version, 'bin')) : [];
}

/** Whom it runs as: ourselves, unless that is root. */
async function ownerOf() {
  if (process.getuid() !== 0) return {};
  try {
    const [uid, gid] = await Promise.all(['-u', '-g'].map((flag) => run('id', [flag, 'postgres'])));
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
}
