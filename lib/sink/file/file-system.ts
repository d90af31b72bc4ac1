import { statfs } from 'node:fs/promises';

/**
 * Whether the file system that a path leads to may cease to answer: one of a network, of FUSE, and each that is not known to
 * be on this machine. Linux alone tells which one it is, and Deno only to programs that are allowed to ask.
 */
export async function mayHang(path: string): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  const type = await statfs(path).then(
    (facts) => facts.type,
    () => undefined,
  );
  return type === undefined || !LOCAL.has(type);
}

/** What `statfs` of Linux calls them (linux/magic.h). */
const LOCAL: ReadonlySet<number> = new Set([
  0xef53, // ext2, ext3, ext4
  0x58465342, // XFS
  0x9123683e, // Btrfs
  0x2fc12fc1, // ZFS
  0xf2f52010, // F2FS
  0xca451a4e, // bcachefs
  0x01021994, // tmpfs
  0x858458f6, // ramfs
  0x794c7630, // overlayfs
]);
