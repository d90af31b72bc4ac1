/** Whether a path has a part that changes from record to record, or stands for the feed. */
export function isTemplate(path: string): boolean {
  return PLACEHOLDER.test(path);
}

const PLACEHOLDER = /%[YmdHM]|\{(?:feed\}|field:)/;
