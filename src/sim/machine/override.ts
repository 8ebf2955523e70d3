import { parse as parseYaml } from 'yaml';
import { InputError, nearest } from '../../core/errors.ts';
import { MachineKeys } from './keys.ts';
import { SIZE_CLASSES, type SizeClass, X86_MODES } from './machine.ts';
import { shownPath } from './shown-path.ts';
import { childOf, isMapping, nearestNode, nodeOf, plain, type TreeNode, without, withValue } from './tree.ts';

/**
 * Applies `--set key=value` arguments in order. Beside full paths (`tlb.stlb.arrays.0.ways`) a key may name an array
 * by a page size it holds (`tlb.dtlb.2M.ways`), leave the array out for the one of base pages (`tlb.stlb.ways`), and
 * name a cache (`caches.L1D.bytes`). Values are YAML; `none` removes.
 *
 * @throws InputError for a key no machine has, naming the nearest
 */
export function applyOverrides(tree: TreeNode, settings: readonly string[]): TreeNode {
  const keys = new MachineKeys();
  return settings.reduce((current, setting) => applyOne(current, setting, keys), tree);
}

function applyOne(tree: TreeNode, setting: string, keys: MachineKeys): TreeNode {
  const place = `--set ${setting}`;
  const split = setting.indexOf('=');
  if (split < 1)
    throw new InputError(`'${setting}' is not of the form key=value`, {
      place,
      remedy: 'write for example --set tlb.stlb.ways=8',
    });
  const key = setting.slice(0, split).trim();
  const path = fullPath(tree, key.split('.'));
  const found = nearestNode(tree, path);
  if (found.node.value === null && !found.exact)
    throw new InputError(`${key}: there is nothing to change, the machine has none`, {
      place,
      remedy:
        'give it whole first, for example --set "tlb.stlb={arrays: [{sizes: [4K], sets: 128, ways: 12}]}"',
    });
  if (!keys.has(tree, path)) throw unknownKey(tree, key, place, keys);
  const value = nodeOf(parseValue(setting.slice(split + 1).trim(), place), place, {
    source: place,
    confidence: 'set',
  });
  return withValue(withRoomFor(tree, path, value), path, value);
}

function parseValue(text: string, place: string): unknown {
  if (text === '' || text === 'none') return null;
  try {
    return parseYaml(text);
  } catch {
    throw new InputError(`'${text}' is not a value`, {
      place,
      remedy: 'use a number, a word, true, false, none or a [list]',
    });
  }
}

/** Writes out the short forms; a path that is none of them comes back as it was. */
function fullPath(tree: TreeNode, path: string[]): string[] {
  const [head, name, third, ...rest] = path;
  if (head === 'caches' && name !== undefined) {
    const caches = plain(childOf(tree, 'caches') ?? { place: '', value: [] }) as { name?: string }[];
    const i = caches.findIndex((cache) => cache?.name?.toLowerCase() === name.toLowerCase());
    return i < 0 ? path : ['caches', String(i), ...path.slice(2)];
  }
  if (head === 'tlb' && name !== undefined && third !== undefined) {
    const own = ['latency', 'fillOnMiss', 'inclusive', 'arrays'];
    if (own.includes(third)) return path;
    const size = SIZE_CLASSES.find((known) => known.toLowerCase() === third.toLowerCase());
    const i = arrayFor(nearestNode(tree, ['tlb', name, 'arrays']), size ?? '4K');
    if (i >= 0) return ['tlb', name, 'arrays', String(i), ...(size ? rest : [third, ...rest])];
    if (!size) return ['tlb', name, 'arrays', '0', third, ...rest];
  }
  return path;
}

/** The array that holds a size, -1 when none does; for base pages the first array of a TLB without them. */
function arrayFor(found: { node: TreeNode; exact: boolean }, size: SizeClass): number {
  if (!found.exact || !Array.isArray(found.node.value)) return -1;
  return found.node.value.findIndex((array) => {
    const sizes = childOf(array, 'sizes');
    return sizes !== undefined && (plain(sizes) as unknown[]).includes(size);
  });
}

/** Takes out what cannot stand beside the new value, so that one `--set` is enough for one change. */
function withRoomFor(tree: TreeNode, path: string[], value: TreeNode): TreeNode {
  if (path.join('.') === 'paging.mode') return withoutForeignControls(tree, value);
  return path[2] === 'arrays' ? withGeometryFor(tree, path, value) : tree;
}

/** The control bits of another architecture mean nothing after a change of mode. */
function withoutForeignControls(tree: TreeNode, mode: TreeNode): TreeNode {
  const isX86 = (node: TreeNode) => X86_MODES.some((name) => name === node.value);
  const before = nearestNode(tree, ['paging', 'mode']).node;
  return isX86(before) === isX86(mode) ? tree : without(tree, ['paging', 'controls']);
}

/**
 * Geometry is two of sets, ways and entries: setting one drops the one it contradicts. `entries` keeps the ways,
 * `sets` keeps the ways, `ways` keeps whichever of the others is given.
 */
function withGeometryFor(tree: TreeNode, path: string[], value: TreeNode): TreeNode {
  const at = path.slice(0, -1);
  const array = nearestNode(tree, at).node;
  if (!isMapping(array)) return tree;
  const drop = (from: TreeNode, ...names: string[]) =>
    names.reduce((current, name) => without(current, [...at, name]), from);
  const full = array.value.get('fullyAssociative')?.value === true;
  switch (path.at(-1)) {
    case 'entries':
      return full ? tree : drop(tree, 'sets');
    case 'sets':
      return full ? drop(tree, 'fullyAssociative') : drop(tree, 'entries');
    case 'ways':
      return drop(tree, 'fullyAssociative');
    case 'fullyAssociative': {
      if (value.value !== true || full) return tree;
      const { sets, ways, entries } = plain(array) as { sets?: number; ways?: number; entries?: number };
      const total = nodeOf(entries ?? (sets ?? 0) * (ways ?? 0), value.place, value.origin!);
      return withValue(drop(tree, 'sets', 'ways'), [...at, 'entries'], total);
    }
    default:
      return tree;
  }
}

function unknownKey(tree: TreeNode, key: string, place: string, keys: MachineKeys): InputError {
  const values = plain(tree);
  const known = [...keys.constants(tree)];
  const shown = known.map((path) => shownPath(values, path.split('.')));
  const short = known.map((path) => path.replace(/\.arrays\.0\./, '.'));
  const guess = nearest(key, [...short, ...shown]) ?? nearestByLastKey(key, [...short, ...shown]);
  return new InputError(`the machine has no key '${key}'`, {
    place,
    remedy: guess
      ? `did you mean '${guess}'?`
      : '`pagewalk machines --explain NAME` lists every key of a machine',
  });
}

/** A slip in the front part (`stlb.ways`) is found by what ends the same way. */
function nearestByLastKey(key: string, paths: readonly string[]): string | undefined {
  return paths.find((path) => path.endsWith(`.${key}`));
}
