import type { PagingMode } from '../mode/mode.ts';
import { ArmRules } from './arm.ts';
import type { Controls } from './controls.ts';
import { RiscvRules } from './riscv.ts';
import type { WalkRules } from './walk-rules.ts';
import { X86Rules } from './x86.ts';

/** The rules of a mode under these controls, which must be of the mode's family. */
export function rulesFor(mode: PagingMode, controls: Controls): WalkRules {
  if (controls.family !== mode.family) throw new Error(`${controls.family} controls for ${mode.name}`);
  switch (controls.family) {
    case 'x86':
      return new X86Rules(mode, controls);
    case 'riscv':
      return new RiscvRules(mode, controls);
    case 'arm':
      return new ArmRules(mode, controls);
  }
}
