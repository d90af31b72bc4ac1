/**
 * A text that came from outside (a server, a broker, a file, its name, a command line) as a person may see it: on one line,
 * and with an escape of JSON in the place of each character that steers a terminal, turns the direction of the text
 * around or cannot be seen. A joiner and a variation selector stay where scripts and emoji need them.
 */
export function visible(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(unseenCharacters(), (unseen, isNeeded: string | undefined) => isNeeded ?? escaped(unseen));
}

/** The same of JSON texts, one or many, on one line or many: as values they are what they were. */
export function visibleJson(json: string): string {
  if (PLAIN_LINES.test(json)) return json;
  return json.replace(unseenCharacters(), (unseen, isNeeded: string | undefined) =>
    isNeeded !== undefined || unseen === '\n' || unseen === '\t' ? unseen : escaped(unseen),
  );
}

function escaped(unseen: string): string {
  return SHORT[unseen] ?? unseen.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Made when it is needed: its tables of Unicode take as long as a tenth of a command's start. */
function unseenCharacters(): RegExp {
  unseenExpression ??= new RegExp(UNSEEN, 'gu');
  return unseenExpression;
}

let unseenExpression: RegExp | undefined;

const SHORT: { readonly [character: string]: string } = {
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
};

/** Those that write with joiners (Unicode, chapters 9 and 12). */
const JOINING_SCRIPTS = [
  ...['Arab', 'Syrc', 'Deva', 'Beng', 'Guru', 'Gujr', 'Orya', 'Taml', 'Telu', 'Knda', 'Mlym', 'Sinh'],
]
  .map((script) => `\\p{Script=${script}}`)
  .join('');
const EMOJI = '\\p{Extended_Pictographic}\\p{Emoji_Modifier}';
/**
 * 1: a character that cannot be seen, and is needed where it stands: within an emoji, a keycap, or a word of a script that joins.
 * Otherwise control characters (C0, DEL, C1), halves of pairs, line and paragraph separators, what Unicode calls
 * ignorable by default (zero width, direction, fillers, tags), and the marks of annotations.
 */
const UNSEEN =
  `((?<=[${EMOJI}\\ufe0f${JOINING_SCRIPTS}])[\\u200c\\u200d]|(?<=[${EMOJI}])[\\ufe0e\\ufe0f]|\\ufe0f(?=\\u20e3))` +
  '|[\\p{Cc}\\p{Cs}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}\\ufff9-\\ufffb]';
/** Nothing of that: nearly every text. */
const PLAIN = /^[ -~]*$/;
const PLAIN_LINES = /^[ -~\n\t]*$/;
