import { open } from 'node:fs/promises';

/** Forces a file to the disk, whoever has written to it. */
export async function syncFile(path: string): Promise<void> {
  // Windows forces only what may be written to.
  const handle = await open(path, process.platform === 'win32' ? 'r+' : 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Forces the names in a folder to the disk. Windows does so by itself. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform !== 'win32') await syncFile(path);
}
