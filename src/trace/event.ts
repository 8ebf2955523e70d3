import type { Vpn } from '../core/addr.ts';

/** Protection and flag letters as in a scenario or /proc/PID/maps: any of `r`, `w`, `x`. */
export type Prot = string;

/** What a mapping is backed by. `file` is an index into the trace's file table. */
export type Backing =
  | { readonly kind: 'anon' }
  | { readonly kind: 'file'; readonly file: number; readonly pageOffset: number };

/**
 * What happens between accesses. `pid` is the process that does it. Addresses are page numbers, lengths are in
 * 4 KiB pages.
 */
export type TraceEvent =
  /** From here on, accesses are those of this process and thread. */
  | { readonly kind: 'switch'; readonly pid: number; readonly tid?: number }
  /** A process that exists when the trace begins. */
  | { readonly kind: 'start'; readonly pid: number; readonly name?: string }
  | {
      readonly kind: 'file';
      readonly file: number;
      readonly path: string;
      readonly bytes: number;
      readonly tmpfs?: boolean;
    }
  | {
      readonly kind: 'mmap';
      readonly pid: number;
      readonly vpn: Vpn;
      readonly pages: number;
      readonly prot: Prot;
      readonly shared: boolean;
      readonly backing: Backing;
      /** `stack` grows down; `heap` is the brk area; `thp` is advised huge. */
      readonly role?: 'stack' | 'heap' | 'text' | 'data';
      readonly populate?: boolean;
      readonly thp?: boolean;
    }
  | { readonly kind: 'munmap'; readonly pid: number; readonly vpn: Vpn; readonly pages: number }
  | {
      readonly kind: 'mprotect';
      readonly pid: number;
      readonly vpn: Vpn;
      readonly pages: number;
      readonly prot: Prot;
    }
  | {
      readonly kind: 'mremap';
      readonly pid: number;
      readonly vpn: Vpn;
      readonly pages: number;
      readonly newVpn: Vpn;
      readonly newPages: number;
    }
  | {
      readonly kind: 'madvise';
      readonly pid: number;
      readonly vpn: Vpn;
      readonly pages: number;
      readonly advice: string;
    }
  /** The break moves to this page (exclusive end of the heap). */
  | { readonly kind: 'brk'; readonly pid: number; readonly endVpn: Vpn }
  /** `child` becomes a copy of `pid`; `vm` shares the address space instead (vfork, CLONE_VM thread). */
  | { readonly kind: 'fork'; readonly pid: number; readonly child: number; readonly vm?: 'share' | 'vfork' }
  | { readonly kind: 'exec'; readonly pid: number; readonly name: string }
  | { readonly kind: 'exit'; readonly pid: number; readonly status?: number }
  | { readonly kind: 'wait'; readonly pid: number; readonly child: number };
