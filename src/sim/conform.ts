import { FETCH, LOAD, STORE, SUPERVISOR, USER } from '../core/access.ts';
import { splitAddress } from '../core/addr.ts';
import type { Fault } from '../core/fault.ts';
import { type ExplainedWalk, explainWalk } from '../mmu/explain.ts';
import type { Controls } from '../mmu/rules/controls.ts';
import { ConformRig, WatchedMemory } from './conform-rig.ts';
import type { Expectation, Vector, VectorControls, VectorStep } from './conform-vector.ts';

const ACCESS = { x: FETCH, r: LOAD, w: STORE } as const;

type AccessStep = Extract<VectorStep, { op: 'access' }>;
export type VectorOutcome = { readonly pa: bigint } | { readonly fault: Fault };

/** One way in which our answer to a vector differs from the expected one. */
export type Difference =
  | {
      readonly kind: 'outcome';
      /** Which step of a sequence, from 0; a single translation is step 0. */
      readonly step: number;
      readonly expected: Expectation;
      readonly actual: VectorOutcome;
      /** The access walked again, step by step, from the state before it. */
      readonly walk: ExplainedWalk;
    }
  | { readonly kind: 'memory'; readonly address: bigint; readonly expected: bigint; readonly actual: bigint }
  | { readonly kind: 'stray-write'; readonly address: bigint; readonly actual: bigint };

/** Runs vectors through TLBs, paging-structure caches and walker, each in a machine of its own. */
export class Conformance {
  readonly #memory = new WatchedMemory();

  /** How we differ from the vector: nothing when we agree. */
  run(vector: Vector): Difference[] {
    const differences: Difference[] = [];
    const rig = this.#rigFor(vector);
    for (const [at, step] of vector.steps.entries()) {
      const actual = perform(rig, vector, step);
      if (actual === null || step.op !== 'access' || agrees(actual, step.expect)) continue;
      differences.push({
        kind: 'outcome',
        step: at,
        expected: step.expect,
        actual,
        walk: this.#explain(vector, at),
      });
      return differences;
    }
    const width = BigInt(vector.mode.pteBytes);
    for (const [address, expected] of vector.final) {
      const actual = rig.read(address);
      if (((actual ^ expected) & ~(vector.ignore.get(address) ?? 0n)) !== 0n) {
        differences.push({ kind: 'memory', address, expected, actual });
      }
    }
    const bySoftware = new Set(vector.steps.map((step) => (step.op === 'write' ? step.pa : null)));
    for (const word of this.#memory.written) {
      const address = word - (word % width);
      if (!vector.final.has(address) && !bySoftware.has(address))
        differences.push({ kind: 'stray-write', address, actual: rig.read(address) });
    }
    return differences;
  }

  /** The walk of one step, from the state that the steps before it leave. */
  #explain(vector: Vector, at: number): ExplainedWalk {
    const rig = this.#rigFor(vector);
    for (const step of vector.steps.slice(0, at)) perform(rig, vector, step);
    const step = vector.steps[at] as AccessStep;
    rig.setControls(controlsOf(vector, step));
    rig.placeRoot(step.root);
    const { vpn, offset } = splitAddress(step.va);
    return explainWalk(rig.walker, vpn, offset, ACCESS[step.access], step.user ? USER : SUPERVISOR);
  }

  #rigFor(vector: Vector): ConformRig {
    this.#memory.clear();
    const rig = new ConformRig(vector.mode, controlsOf(vector, {}), this.#memory, vector.pmem);
    for (const [address, word] of vector.mem) rig.write(address, word);
    return rig;
  }
}

function perform(rig: ConformRig, vector: Vector, step: VectorStep): VectorOutcome | null {
  switch (step.op) {
    case 'write':
      rig.write(step.pa, step.word);
      return null;
    case 'sfence':
      rig.invalidate(step.va, step.asid);
      return null;
    case 'access': {
      const { asid, root, va, access, user } = step;
      if (vector.steps.length > 1) rig.setControls(controlsOf(vector, step));
      if (vector.twice) rig.access(asid, root, va, LOAD, SUPERVISOR);
      return rig.access(asid, root, va, ACCESS[access], user ? USER : SUPERVISOR);
    }
  }
}

function agrees(actual: VectorOutcome, expected: Expectation): boolean {
  if ('pa' in expected) return 'pa' in actual && actual.pa === expected.pa;
  if ('pa' in actual) return false;
  const { code, vector } = expected.fault;
  const { fault } = actual;
  return (code === undefined || code === fault.code) && (vector === undefined || vector === fault.vector);
}

/** The controls of a vector, with those that a step sets itself. */
function controlsOf(vector: Vector, step: VectorControls): Controls {
  const bits = { ...vector.ctl, ...definedIn(step) };
  const { family } = vector.mode;
  switch (family) {
    case 'x86':
      return {
        family,
        maxphyaddr: vector.maxphyaddr ?? 52,
        pse: bits.pse ?? true,
        nxe: bits.nxe ?? false,
        wp: bits.wp ?? false,
        smep: bits.smep ?? false,
        smap: bits.smap ?? false,
        ac: bits.ac ?? false,
        pge: bits.pge ?? false,
        pke: bits.pke ?? false,
        pks: bits.pks ?? false,
        pkru: bits.pkru ?? 0,
        pkrs: bits.pkrs ?? 0,
        pdpe1gb: bits.pdpe1gb ?? true,
      };
    case 'riscv':
      return {
        family,
        sum: bits.sum ?? false,
        mxr: bits.mxr ?? false,
        adue: bits.adue ?? false,
        svnapot: bits.svnapot ?? false,
        svpbmt: bits.pbmte ?? false,
        svrsw60t59b: bits.svrsw60t59b ?? false,
      };
    case 'arm':
      return {
        family,
        ha: bits.ha ?? false,
        hd: bits.hd ?? false,
        pan: bits.pan ?? false,
        ips: bits.ips ?? 48,
      };
  }
}

function definedIn(controls: VectorControls): VectorControls {
  return Object.fromEntries(Object.entries(controls).filter(([, value]) => value !== undefined));
}
