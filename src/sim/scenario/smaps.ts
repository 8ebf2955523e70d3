import type { LinuxKernel } from '../../kernel/linux.ts';
import { gatherSmaps, kiloBytes, kiloBytesPss } from '../../kernel/proc/smaps.ts';
import { permText } from '../../kernel/vma/flags.ts';
import type { RegionPlan } from './regions.ts';

/** /proc/PID/smaps of one region: kB summed over its VMAs as each is printed, and how they lie. */
export function regionSmaps(
  kernel: LinuxKernel,
  pid: number,
  plan: RegionPlan,
  region: number,
): Record<string, unknown> {
  const { mm } = kernel.process(pid);
  const base = plan.vpn(region, 0);
  const vmas = mm.vmas.overlapping(base, plan.vpn(region + 1, 0));
  const total = new Map<string, number>();
  const add = (name: string, kb: number): void => {
    total.set(name, (total.get(name) ?? 0) + kb);
  };
  for (const name of FIELDS) add(name, 0);
  for (const vma of vmas) {
    const sum = gatherSmaps(kernel.state, mm, vma);
    add('Size', vma.pages * 4);
    add('Rss', kiloBytes(sum.resident));
    add('Pss', kiloBytesPss(sum.pss));
    add('Pss_Dirty', kiloBytesPss(sum.pssDirty));
    add('Shared_Clean', kiloBytes(sum.sharedClean));
    add('Shared_Dirty', kiloBytes(sum.sharedDirty));
    add('Private_Clean', kiloBytes(sum.privateClean));
    add('Private_Dirty', kiloBytes(sum.privateDirty));
    add('Anonymous', kiloBytes(sum.anonymous));
    add('AnonHugePages', kiloBytes(sum.anonHugePages));
    add('Locked', kiloBytesPss(sum.pssLocked));
  }
  const layout = vmas.map((vma) => `${vma.start - base}..${vma.end - base}:${permText(vma.flags)}`).join(' ');
  return { ...Object.fromEntries(total), vmas: vmas.length, layout };
}

const FIELDS = [
  'Size',
  'Rss',
  'Pss',
  'Pss_Dirty',
  'Shared_Clean',
  'Shared_Dirty',
  'Private_Clean',
  'Private_Dirty',
  'Anonymous',
  'AnonHugePages',
  'Locked',
];
