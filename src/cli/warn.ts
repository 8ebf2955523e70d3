/** Something the user should know and that stops nothing: one line on standard error. */
export function warn(message: string): void {
  process.stderr.write(`pagewalk: ${message}\n`);
}
