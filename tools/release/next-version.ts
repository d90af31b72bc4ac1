/**
 * The version after `current`: `major`, `minor`, `patch`, or one that is higher, as `1.2.3`.
 *
 * @throws {Error} when it is none of these
 */
export function nextVersion(current: string, wanted: string): string {
  const [major, minor, patch] = parse(current);
  switch (wanted) {
    case 'major':
      return `${major + 1}.0.0`;
    case 'minor':
      return `${major}.${minor + 1}.0`;
    case 'patch':
      return `${major}.${minor}.${patch + 1}`;
    default: {
      const next = parse(wanted);
      const rise = next.findIndex((part, index) => part !== [major, minor, patch][index]);
      if (rise === -1 || next[rise]! < [major, minor, patch][rise]!) {
        throw new Error(`${wanted} is not higher than ${current}.`);
      }
      return wanted;
    }
  }
}

function parse(version: string): [major: number, minor: number, patch: number] {
  const match = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/.exec(version);
  if (match === null) throw new Error(`Expected major, minor, patch or a version such as 1.2.3, but found ${version}.`);
  return [Number(match[1]), Number(match[2]), Number(match[3])];
}
