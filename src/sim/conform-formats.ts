import { modeNamed } from '../mmu/mode/index.ts';
import type { PagingMode } from '../mmu/mode/mode.ts';

/** Our mode for each format name that vectors use. */
const MODE_OF_FORMAT: Readonly<Record<string, string>> = {
  'x86-64-4level': 'x86-64',
  'x86-64-5level': 'la57',
  'x86-pae': 'pae',
  'x86-32': 'x86-32',
  'armv8-4k-48': 'armv8-4k-48',
  'armv8-4k-39': 'armv8-4k-39',
  sv32: 'sv32',
  sv39: 'sv39',
  sv48: 'sv48',
  sv57: 'sv57',
};

/** The paging mode of vectors with this `fmt`; undefined when we have none. */
export function modeOfFormat(format: string): PagingMode | undefined {
  const name = Object.hasOwn(MODE_OF_FORMAT, format) ? MODE_OF_FORMAT[format] : undefined;
  return name === undefined ? undefined : modeNamed(name);
}
