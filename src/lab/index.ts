import { InputError, nearest } from '../core/errors.ts';
import type { CodeLab, PaperLab } from './lab.ts';
import { CLOCK_REPLACEMENT } from './labs/clock-replacement.ts';
import { COW_LEDGER } from './labs/cow-ledger.ts';
import { FIND_THE_BUG } from './labs/find-the-bug.ts';
import { FORK_BILL } from './labs/fork-bill.ts';
import { FOUR_MAPPINGS } from './labs/four-mappings.ts';
import { HUGE_OR_NOT } from './labs/huge-or-not.ts';
import { OWN_COW_POLICY } from './labs/own-cow-policy.ts';
import { OWN_REPLACEMENT } from './labs/own-replacement.ts';
import { SNAPSHOT_SERVER } from './labs/snapshot-server.ts';
import { TLB_BY_HAND } from './labs/tlb-by-hand.ts';
import { TLB_DETECTIVE } from './labs/tlb-detective.ts';
import { TRANSLATE } from './labs/translate.ts';
import { WALK_TABLE } from './labs/walk-table.ts';
import { WHICH_GEOMETRY } from './labs/which-geometry.ts';

/** A lab whose variants nobody outside it looks into. */
export type AnyLab = PaperLab<unknown> | CodeLab<unknown>;

/** Every lab, in the order of a course. */
export const LABS = [
  TRANSLATE,
  WALK_TABLE,
  TLB_BY_HAND,
  WHICH_GEOMETRY,
  TLB_DETECTIVE,
  CLOCK_REPLACEMENT,
  FOUR_MAPPINGS,
  COW_LEDGER,
  FORK_BILL,
  FIND_THE_BUG,
  HUGE_OR_NOT,
  OWN_REPLACEMENT,
  OWN_COW_POLICY,
  SNAPSHOT_SERVER,
] as unknown as readonly AnyLab[];

/** The lab of this name. @throws InputError, naming the nearest, for any other */
export function labNamed(id: string): AnyLab {
  const lab = LABS.find((one) => one.id === id);
  if (lab) return lab;
  const ids = LABS.map((one) => one.id);
  const guess = nearest(id, ids);
  throw new InputError(`no lab is called '${id}'`, {
    remedy: guess ? `did you mean '${guess}'?` : `the labs are ${ids.join(', ')}`,
  });
}
