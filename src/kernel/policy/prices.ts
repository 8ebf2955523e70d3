import type { Part, PartCosts } from '../cost/parts.ts';

/** Kernel work that only some policies know; their files price it. */
export const POLICY_PARTS = [
  'tableShare',
  'upperEntry',
  'accountPte',
  'trapPte',
  'chainStep',
  'shadowObject',
  'remote',
  'wait',
  'ipi',
  'ipiBase',
  'deferFlush',
  'scanPage',
] as const;

export type PolicyPart = (typeof POLICY_PARTS)[number];

/** Cycles of one unit, as a number or as a multiple of a part that every kernel has. */
export type PolicyPrice = number | { readonly times: number; readonly of: Part };

export type PolicyPrices = Readonly<Record<PolicyPart, PolicyPrice>>;

/** For policies whose kernel does none of this work. `remote` and `wait` are counted in cycles already. */
export const NO_PRICES: PolicyPrices = {
  tableShare: 0,
  upperEntry: 0,
  accountPte: 0,
  trapPte: 0,
  chainStep: 0,
  shadowObject: 0,
  remote: 1,
  wait: 1,
  ipi: 0,
  ipiBase: 0,
  deferFlush: 0,
  scanPage: 0,
};

/** The prices in cycles over a table of base prices; all 0 over a table that charges nothing. */
export function policyCosts(prices: PolicyPrices, costs: PartCosts): Readonly<Record<PolicyPart, number>> {
  const free = Object.values(costs).every((price) => price === 0);
  const cycles = (price: PolicyPrice): number =>
    typeof price === 'number' ? price : Math.round(price.times * costs[price.of]);
  return Object.fromEntries(POLICY_PARTS.map((part) => [part, free ? 0 : cycles(prices[part])])) as Record<
    PolicyPart,
    number
  >;
}
