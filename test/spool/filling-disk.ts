import { type SpoolDisk, systemDisk } from '../../lib/spool/spool-disk.js';

/** A disk of which a part of each write goes in while it is full. */
export function fillingDisk(isFull: () => boolean): SpoolDisk {
  return {
    ...systemDisk,
    write(fd, parts, at) {
      if (!isFull()) return systemDisk.write(fd, parts, at);
      systemDisk.write(fd, [parts[0]!.subarray(0, 20)], at);
      throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
    },
  };
}
