/** Whether something failed since the disk, or the user's quota, has no room: what goes well later, when there is some. */
export function isDiskFull(cause: unknown): boolean {
  const code = (cause as Partial<NodeJS.ErrnoException> | null)?.code;
  return code === 'ENOSPC' || code === 'EDQUOT';
}
