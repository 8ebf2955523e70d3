import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type ExplainedAxis, explainPolicy } from '../../../src/sim/policy/explain.ts';
import { policyNames } from '../../../src/sim/policy/preset-files.ts';

const pageOf = (name: string): string => readFileSync(`docs/policies/${name}.md`, 'utf8');

/** Axes that a policy states itself: another value than Linux 6.18's, or the same one for another reason. */
async function statedAxes(name: string): Promise<ExplainedAxis[]> {
  const usual = (await explainPolicy('linux-6.18')).axes;
  const asked = (await explainPolicy(name)).axes.filter((axis) => axis.asked);
  return name === 'linux-6.18'
    ? asked
    : asked.filter(
        ({ key, differs, source }) => differs || usual.find((axis) => axis.key === key)!.source !== source,
      );
}

describe.each(policyNames())('docs/policies/%s.md', (name) => {
  it('gives every axis that the preset states, with value, source and confidence', async () => {
    const page = pageOf(name);
    for (const { key, value, source, confidence } of await statedAxes(name))
      expect(page).toContain(`| \`${key}\` | \`${value}\` | ${source} | ${confidence} |`);
  });

  it('gives no other axis', async () => {
    const keys = [...pageOf(name).matchAll(/^\| `([A-Za-z.]+)` \|/gm)].map(([, key]) => key);
    expect(keys).toEqual((await statedAxes(name)).map(({ key }) => key));
  });

  it('says what fork and a fault do, what the TLB and owners of pages see, and how it is tested', () => {
    const page = pageOf(name);
    for (const part of ['**Fork.**', '**A fault.**', '**TLB.**', '**Ownership.**', '## How it is tested'])
      expect(page).toContain(part);
    expect(readFileSync('docs/policies/README.md', 'utf8')).toContain(`[${name}](${name}.md)`);
  });

  it('leads to pages that exist', () => {
    for (const [, target] of pageOf(name).matchAll(/\]\(([^)#:]+)/g))
      expect(existsSync(`docs/policies/${target}`), target).toBe(true);
  });
});
