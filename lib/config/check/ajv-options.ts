/** How the schemas of this folder are compiled. */
export const AJV_OPTIONS = {
  allErrors: true,
  verbose: true,
  // What is told is told in our words.
  messages: false,
  strict: true,
  // The type of a field and the conditions on it stand in different branches of the schema, and so do a key and that it is required.
  strictTypes: false,
  strictRequired: false,
  addUsedSchema: false,
} as const;
