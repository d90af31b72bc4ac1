/** Whether an address has blanks around it, or line breaks and tabs in it, which `URL` would leave out without a word. */
export function hasStraySpace(address: string): boolean {
  return /^\s|\s$|[\t\r\n]/.test(address);
}
