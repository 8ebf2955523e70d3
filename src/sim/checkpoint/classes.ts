import { Mm } from '../../kernel/mm.ts';
import { ObjectEntry, VmObject } from '../../kernel/policy/vm-object.ts';
import { Process } from '../../kernel/process.ts';
import { VmaEditor } from '../../kernel/vma/merge.ts';
import { VmaTree } from '../../kernel/vma/tree.ts';
import { AnonVma, CachedFile, ReadAheadState, Vma } from '../../kernel/vma/vma.ts';

/**
 * Classes of what is born while a run goes on: a checkpoint names them, and resuming makes objects of them without
 * calling their constructors. They must not have `#private` members. Everything else is there from the beginning.
 */
const BORN_IN_A_RUN = [
  AnonVma,
  CachedFile,
  Mm,
  ObjectEntry,
  Process,
  ReadAheadState,
  VmObject,
  Vma,
  VmaEditor,
  VmaTree,
];

/** Prototypes by class name; `Object` is that of plain objects. */
export const PROTOTYPES: ReadonlyMap<string, object> = new Map<string, object>([
  ['Object', Object.prototype],
  ...BORN_IN_A_RUN.map((one): [string, object] => [one.name, one.prototype]),
]);
