import fc from 'fast-check';
import { type AccessType, FETCH, LOAD, STORE } from '../../src/core/access.ts';
import type { KernelOp } from './tiny-kernel.ts';

export type Step =
  | { kind: 'access'; vpn: number; offset: number; type: AccessType }
  | ({ kind: 'op' } & KernelOp);

export const SPACES = 3;

/** Upper address halves: small ones, the top of a 48-bit user space, one of no 48-bit address at all. */
const HIGHS = [...Array(20).fill(0), 1, 1, 1, 2, 0x7fff, 0x7fff, 0xffff_ffff, 0x1234_5678];

/** Pages so close together that small TLBs hold some of them: small, 64 KiB, 2 MiB (4 MiB) and 1 GiB ones. */
const low = fc.oneof(
  fc.nat(7),
  fc.nat(40),
  fc.tuple(fc.nat(5), fc.nat(30)).map(([block, page]) => block * 512 + page),
  fc.nat(4).map((n) => 3 * 2 ** 18 + n * 7777),
);
const vpn = fc.tuple(fc.constantFrom(...HIGHS), low).map(([high, page]) => high * 2 ** 20 + page);

const access = fc.record({
  kind: fc.constant('access' as const),
  vpn,
  offset: fc.constantFrom(0, 8, 64, 4088),
  type: fc.constantFrom<AccessType>(FETCH, LOAD, LOAD, STORE),
});

/** A few pages several times in turn, as programs do: what the filters live on. */
const burst = fc
  .tuple(
    fc.array(vpn, { minLength: 1, maxLength: 3 }),
    fc.array(fc.tuple(fc.nat(2), access), { maxLength: 20 }),
  )
  .map(([pages, uses]) => uses.map(([page, use]): Step => ({ ...use, vpn: pages[page % pages.length]! })));

const op: fc.Arbitrary<KernelOp> = fc.oneof(
  fc.record({
    op: fc.constantFrom(
      'protect' as const,
      'relax' as const,
      'clean' as const,
      'unmap' as const,
      'cold-table' as const,
    ),
    vpn,
    stale: fc.boolean(),
  }),
  fc.record({ op: fc.constant('flush-range' as const), vpn, pages: fc.constantFrom(1, 3, 600) }),
  fc.record({ op: fc.constant('flush-asid' as const) }),
  fc.record({ op: fc.constant('flush-all' as const) }),
  fc.record({ op: fc.constant('switch' as const), space: fc.nat(SPACES - 1) }),
);

/** Accesses, mostly to a few pages again and again, with kernel work between them. */
export const arbitraryScript: fc.Arbitrary<Step[]> = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: access.map((one): Step[] => [one]) },
      { weight: 6, arbitrary: burst },
      { weight: 1, arbitrary: op.map((one): Step[] => [{ kind: 'op', ...one }]) },
    ),
    { minLength: 1, maxLength: 250, size: 'max' },
  )
  .map((steps) => steps.flat());

/** In Sv32 addresses have 32 bits. */
export function inMode(script: Step[], mode: string): Step[] {
  if (mode !== 'sv32') return script;
  return script.map((step) => ('vpn' in step ? { ...step, vpn: step.vpn % 2 ** 20 } : step));
}
