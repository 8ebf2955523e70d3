import { formatAddress, type Vpn } from '../../core/addr.ts';
import { REGION_PAGES, regionVpn, type Scenario } from '../scenario/script.ts';

/** What pages are called on screen. */
export interface Names {
  /** `A+3p` in a scenario, `0x7f12345` elsewhere. */
  page(vpn: Vpn): string;
  /** The region that a page is in; empty where there are none. */
  region(vpn: Vpn): string;
}

/** Pages by the regions of a scenario. */
export function scenarioNames(scenario: Scenario): Names {
  const base = regionVpn(0, 0);
  const span = REGION_PAGES + 1;
  const region = (vpn: Vpn): string => scenario.regions[Math.floor((vpn - base) / span)] ?? '';
  return {
    region,
    page(vpn) {
      const name = region(vpn);
      return name === '' ? PLAIN_NAMES.page(vpn) : `${name}+${(vpn - base) % span}p`;
    },
  };
}

/** Pages by their addresses. */
export const PLAIN_NAMES: Names = {
  page: (vpn) => formatAddress(vpn, 0).slice(0, -3) || '0x0',
  region: () => '',
};
