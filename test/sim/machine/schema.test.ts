import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { machineFileSchema } from '../../../scripts/machine-schema.ts';

const ROOT = new URL('../../../', import.meta.url);
const shipped: unknown = JSON.parse(readFileSync(new URL('schema/machine.schema.json', ROOT), 'utf8'));

describe('schema/machine.schema.json', () => {
  it('is what the program’s own schema gives (npm run schema writes it)', () => {
    expect(shipped).toEqual(JSON.parse(JSON.stringify(machineFileSchema())));
  });

  it('accepts every machine file that is shipped, and refuses slips in them', () => {
    const schema = z.fromJSONSchema(shipped as Parameters<typeof z.fromJSONSchema>[0]);
    const files = readdirSync(new URL('machines/', ROOT), { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.endsWith('.yaml'),
    );
    expect(files.length).toBeGreaterThan(7);
    for (const file of files) {
      const machine = parse(readFileSync(new URL(`machines/${file}`, ROOT), 'utf8')) as Record<
        string,
        unknown
      >;
      expect(schema.safeParse(machine), file).toMatchObject({ success: true });
      expect(schema.safeParse({ ...machine, walker: 1 }).success).toBe(false);
      expect(schema.safeParse({ ...machine, pteLatency: 'slow' }).success).toBe(false);
      expect(schema.safeParse({ ...machine, pteLatency: { value: 1, confidence: 'sure' } }).success).toBe(
        false,
      );
    }
  });
});

describe('docs/machines.md', () => {
  it('explains every key that a machine file can have', () => {
    const docs = readFileSync(new URL('docs/machines.md', ROOT), 'utf8');
    const keys = new Set<string>();
    const collect = (schema: unknown): void => {
      if (typeof schema !== 'object' || schema === null) return;
      for (const [word, value] of Object.entries(schema)) {
        if (word === 'properties') for (const key of Object.keys(value as object)) keys.add(key);
        collect(value);
      }
    };
    collect(shipped);
    expect(keys.size).toBeGreaterThan(60);
    const missing = [...keys].filter((key) => !new RegExp(`\\b${key}\\b`).test(docs));
    // Levels of walk caches are explained by two examples.
    expect(missing.filter((key) => !/^[45]$/.test(key))).toEqual([]);
  });
});
