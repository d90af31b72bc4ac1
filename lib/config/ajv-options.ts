/** How the schemas of this folder are compiled. */
export const AJV_OPTIONS = {
  allErrors: true,
  verbose: true,
  strict: true,
  // The type of a field and the conditions on it stand in different branches of the schema, and so do a key and that it is required.
  strictTypes: false,
  strictRequired: false,
  addUsedSchema: false,
} as const;
