import type { Reply } from './observations.ts';

/** The machine that was measured: what the figures hold for. */
export interface Host {
  readonly cpu: string;
  readonly machine: string;
  readonly kernel: string;
  /** Transparent huge pages: always, madvise or never. */
  readonly thp: string;
  readonly virtual: boolean;
  readonly cpus: number;
  readonly availablePages: number;
  readonly l2Bytes: number;
  readonly l3Bytes: number;
  /** File system that disk files were made on. */
  readonly fileSystem: string;
  /** What single faults are timed with (tsc, cntvct), and its rate in ticks per ns. */
  readonly counter: string;
  readonly counterGHz: number;
}

/** statfs(2) magic numbers, from linux/magic.h. */
const FILE_SYSTEMS = new Map([
  [0xef53, 'ext4'],
  [0x58465342, 'xfs'],
  [0x9123683e, 'btrfs'],
  [0x01021994, 'tmpfs'],
  [0x794c7630, 'overlayfs'],
]);

/** The probe's answer to `host`, in our terms. */
export function hostOf(reply: Reply): Host {
  const { cpu, machine, kernel, thp, hypervisor, counter } = reply as Record<string, string>;
  const { availableKiB, cpus, l2Bytes, l3Bytes, directoryMagic, counterGHz } = reply as Record<
    string,
    number
  >;
  return {
    cpu: cpu!,
    machine: machine!,
    kernel: kernel!,
    thp: /\[(\w+)\]/.exec(thp!)?.[1] ?? 'never',
    virtual: hypervisor === 'yes',
    cpus: cpus!,
    availablePages: Math.floor(availableKiB! / 4),
    l2Bytes: l2Bytes!,
    l3Bytes: l3Bytes!,
    fileSystem: FILE_SYSTEMS.get(directoryMagic!) ?? `0x${directoryMagic!.toString(16)}`,
    counter: counter!,
    counterGHz: counterGHz!,
  };
}
