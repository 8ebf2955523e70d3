import type { Part, PartCosts } from '../cost/parts.ts';

/** Kernel work that only some policies know; their files price it. */
export const POLICY_PARTS = [
  'tableShare',
  'upperEntry',
  'accountPte',
  'unsharePte',
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

/**
 * What policies pay that say nothing else; policies/linux-6.18.yaml says what each rests on. `remote` and `wait` are
 * counted in cycles already.
 */
export const USUAL_PRICES: PolicyPrices = {
  tableShare: { times: 3.5, of: 'forkPte' },
  upperEntry: { times: 1, of: 'protectPte' },
  accountPte: { times: 1, of: 'forkPte' },
  unsharePte: { times: 0.33, of: 'forkPte' },
  trapPte: { times: 0.1, of: 'protectPte' },
  chainStep: 100,
  shadowObject: 600,
  remote: 1,
  wait: 1,
  ipi: 489,
  ipiBase: 2445,
  deferFlush: 320,
  scanPage: { times: 1, of: 'copy' },
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
