import { describe, expect, it } from 'vitest';
import { explainPolicy } from '../../../src/sim/policy/explain.ts';
import { policyNames } from '../../../src/sim/policy/preset-files.ts';
import { policySchema } from '../../../src/sim/policy/schema.ts';

/** Keys of a policy file that hold one value each, prices apart. */
function axisKeys(): string[] {
  const labels = ['name', 'description', 'extends', 'prices'];
  return Object.entries(policySchema.shape)
    .filter(([key]) => !labels.includes(key))
    .flatMap(([key, type]) => {
      let inner = type as { unwrap?: () => unknown; shape?: object };
      while (inner.unwrap && !inner.shape) inner = inner.unwrap() as typeof inner;
      return inner.shape ? Object.keys(inner.shape).map((sub) => `${key}.${sub}`) : [key];
    });
}

describe('explaining a policy', () => {
  it('tells of every axis that a policy file may state, and of no other', async () => {
    const { axes } = await explainPolicy('linux-6.18');
    expect(axes.map(({ key }) => key).sort()).toEqual(axisKeys().sort());
  });

  it.each(policyNames())(
    '%s: each axis it asks has a value, words for what it does, and a source',
    async (name) => {
      const { axes, prices, source } = await explainPolicy(name);
      for (const axis of axes.filter(({ asked }) => asked)) {
        expect(axis.fork ?? axis.fault ?? axis.beside, axis.key).toMatch(/\w{3}/);
        expect(axis.confidence, axis.key).not.toMatch(/default|unsourced/);
      }
      for (const { part, confidence } of prices) expect(confidence, part).not.toMatch(/default|unsourced/);
      expect(source).toMatch(/\w{3}/);
    },
  );

  // On-Demand-Fork, EuroSys'21: last-level tables shared, W cleared in the PMD entry.
  it('on-demand-fork differs from Linux 6.18 in what fork copies and what it protects, and in nothing else', async () => {
    const { axes } = await explainPolicy('on-demand-fork');
    const differs = axes.filter((axis) => axis.differs).map(({ key, value }) => [key, value]);
    expect(differs).toEqual([
      ['forkTables', 'share-leaf'],
      ['protect', 'upper'],
    ]);
  });

  it('an axis that another one leaves nothing to decide is marked as not asked', async () => {
    const asked = async (name: string) =>
      (await explainPolicy(name)).axes.filter((axis) => axis.asked).map(({ key }) => key);
    expect(await asked('linux-6.18')).not.toContain('sharing.tables');
    expect(await asked('on-demand-fork')).toContain('sharing.tables');
    expect(await asked('ksm')).toContain('ksm.pagesToScan');
    expect(await asked('mach-symmetric')).toContain('shadow.collapse');
  });

  it('a policy that extends another rests on what its own file states first', async () => {
    expect((await explainPolicy('cow-pte')).source).toMatch(/PATCH v5/);
  });
});
