import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

const Program = z.strictObject({
  name: z.string(),
  shows: z.string().optional(),
  needs: z.record(z.string(), z.string()),
  prepare: z.string().optional(),
  command: z.array(z.string()).min(1),
  client: z.string().optional(),
});

/** One line of programs.yaml, which explains the fields. */
export type Program = z.infer<typeof Program>;

export function readPrograms(): Program[] {
  const text = readFileSync(new URL('programs.yaml', import.meta.url), 'utf8');
  return z.array(Program).parse(parse(text));
}
