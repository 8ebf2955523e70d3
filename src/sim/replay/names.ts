import { formatAddress, type Vpn } from '../../core/addr.ts';
import type { RegionPlan } from '../scenario/regions.ts';
import type { Scenario } from '../scenario/script.ts';

/** What pages are called on screen. */
export interface Names {
  /** `A+3p` in a scenario, `0x7f12345` elsewhere. */
  page(vpn: Vpn): string;
  /** The region that a page is in; empty where there are none. */
  region(vpn: Vpn): string;
}

/** Pages by the regions of a scenario. */
export function scenarioNames(scenario: Scenario, { base, stride }: RegionPlan): Names {
  const region = (vpn: Vpn): string => scenario.regions[Math.floor((vpn - base) / stride)] ?? '';
  return {
    region,
    page(vpn) {
      const name = region(vpn);
      return name === '' ? PLAIN_NAMES.page(vpn) : `${name}+${(vpn - base) % stride}p`;
    },
  };
}

/** Pages by their addresses. */
export const PLAIN_NAMES: Names = {
  page: (vpn) => formatAddress(vpn, 0).slice(0, -3) || '0x0',
  region: () => '',
};
