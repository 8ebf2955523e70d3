const COLUMNS = 98;

/** A paragraph broken into lines of at most 98 columns. */
export function wrap(paragraph: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of paragraph.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > COLUMNS) {
      lines.push(line);
      line = word;
    } else {
      line += line === '' ? word : ` ${word}`;
    }
  }
  return [...lines, line].join('\n');
}

/** Paragraphs, tables and lists with an empty line between them. */
export function page(...parts: readonly string[]): string {
  return parts.join('\n\n');
}
