/** What `compilePath()` of `json/` reads, as a JSON Schema `pattern`. */
const PATH_KEY = '[^.\\[\\]]+';
const PATH_BRACKET = '\\[(0|[1-9][0-9]*|"([^"\\\\]|\\\\.)*")\\]';

/** A path into a JSON value, as a JSON Schema `pattern`. */
export const PATH_PATTERN = `^((${PATH_KEY}|${PATH_BRACKET})(\\.${PATH_KEY}|${PATH_BRACKET})*)?$`;
