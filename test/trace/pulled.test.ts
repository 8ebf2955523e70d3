import { describe, expect, it } from 'vitest';
import { pulled } from '../../src/trace/pulled.ts';

describe('items that a work pushes', () => {
  it('come in order, each when the one before is done with', async () => {
    const steps: string[] = [];
    const items = pulled<number>(async (push) => {
      for (const item of [1, 2]) {
        steps.push(`push ${item}`);
        await push(item);
      }
    });
    for await (const item of items) {
      await Promise.resolve();
      steps.push(`done with ${item}`);
    }
    expect(steps).toEqual(['push 1', 'done with 1', 'push 2', 'done with 2']);
  });

  it('end with the failure of the work, behind what it pushed before', async () => {
    const items = pulled<number>(async (push) => {
      await push(1);
      throw new Error('torn');
    });
    const seen: number[] = [];
    await expect(
      (async () => {
        for await (const item of items) seen.push(item);
      })(),
    ).rejects.toThrow('torn');
    expect(seen).toEqual([1]);
  });

  it('stop when nobody wants the rest: the work cleans up, and whatever it pushes meanwhile fails', async () => {
    let pushedLate = 'nothing yet';
    const items = pulled<number>(async (push) => {
      try {
        await push(1);
      } finally {
        pushedLate = await push(2).then(
          () => 'taken',
          () => 'refused',
        );
      }
    });
    for await (const _ of items) break;
    expect(pushedLate).toBe('refused');
  });
});
