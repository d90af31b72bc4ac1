/** A doc comment of lines that fit, for files that are made. */
export function comment(words: readonly string[], indent: string): string {
  const one = `${indent}/** ${words.join(' ')} */`;
  if (one.length <= WIDTH) return one;
  const lines: string[] = [];
  for (const word of words) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && `${indent} * ${longer}`.length <= WIDTH) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`).join('\n')}\n${indent} */`;
}

const WIDTH = 120;
