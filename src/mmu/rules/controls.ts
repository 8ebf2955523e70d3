/**
 * The control bits that decide what a translation may do, by the names of the manuals. Rules are compiled from them
 * (rulesFor): whoever changes a bit makes new rules, and new allowed-masks for the entries that TLBs hold.
 */
export type Controls = X86Controls | RiscvControls | ArmControls;

/** CR0, CR4, EFER, RFLAGS.AC, the protection-key registers, and what CPUID says of the address width and 1 GiB pages. */
export interface X86Controls {
  readonly family: 'x86';
  /** MAXPHYADDR: physical-address bits, 32..52. */
  readonly maxphyaddr: number;
  /** EFER.NXE: bit 63 forbids fetches; clear, it is a reserved bit. */
  readonly nxe: boolean;
  /** CR0.WP: supervisor stores obey R/W. */
  readonly wp: boolean;
  readonly smep: boolean;
  readonly smap: boolean;
  /** RFLAGS.AC: lifts SMAP. An implicit supervisor access (to a descriptor table, say) is made with it clear. */
  readonly ac: boolean;
  /** CR4.PGE: the G bit makes a translation global. */
  readonly pge: boolean;
  /** CR4.PKE and CR4.PKS: keys guard user pages by PKRU, supervisor pages by PKRS. */
  readonly pke: boolean;
  readonly pks: boolean;
  /** Two bits a key, AD (no data access) and WD (no writes), key 0 lowest. */
  readonly pkru: number;
  readonly pkrs: number;
  /** CR4.PSE: 4 MiB pages in 32-bit paging; other modes do not ask. Set when left out. */
  readonly pse?: boolean;
  /** CPUID Page1GB: a PDPTE may be a leaf. */
  readonly pdpe1gb: boolean;
}

/** sstatus and menvcfg, and which extensions the hart has. */
export interface RiscvControls {
  readonly family: 'riscv';
  /** sstatus.SUM: S-mode may load and store in user pages. */
  readonly sum: boolean;
  /** sstatus.MXR: loads may read executable pages. */
  readonly mxr: boolean;
  /** menvcfg.ADUE: hardware sets A and D (Svadu); clear, a missing one is a page fault (Svade). */
  readonly adue: boolean;
  readonly svnapot: boolean;
  /** Svpbmt with menvcfg.PBMTE set. */
  readonly svpbmt: boolean;
  /** Bits 60:59 belong to software instead of being reserved. */
  readonly svrsw60t59b: boolean;
}

/** TCR_EL1 and PSTATE. T0SZ is the mode's. */
export interface ArmControls {
  readonly family: 'arm';
  /** TCR.HA: hardware sets the access flag. */
  readonly ha: boolean;
  /** TCR.HD (with HA): hardware makes a clean page with DBM writable on a store. */
  readonly hd: boolean;
  /** PSTATE.PAN: EL1 may not load from or store to pages that EL0 can access. */
  readonly pan: boolean;
  /** TCR.IPS: physical-address bits, 32..48. */
  readonly ips: number;
}
