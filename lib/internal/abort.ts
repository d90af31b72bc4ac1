/** The error that Node itself uses for an aborted operation; `cause` is the signal's reason. */
export function abortError(signal: AbortSignal): Error & { code: 'ABORT_ERR' } {
  const error = new Error('The operation was aborted', { cause: signal.reason });
  error.name = 'AbortError';
  return Object.assign(error, { code: 'ABORT_ERR' as const });
}
