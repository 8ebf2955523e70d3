import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node } from 'yaml';
import { InputError } from '../../core/errors.ts';
import { yamlDocument } from '../yaml-document.ts';
import { CONFIDENCES, type Confidence, type Origin, type Scalar, type TreeNode } from './tree.ts';

/**
 * Reads the text of a machine file. Any constant may be written as `{ value, source, confidence }`; `source` and
 * `confidence` keys of a mapping hold for all constants below it that say nothing themselves; a `sources` table at
 * the top gives long citations short names.
 *
 * @param file its name, for messages
 * @param kind what it is, for messages, when it is another file of the same form
 * @throws InputError at file:line:column for broken YAML
 */
export function parseMachineText(text: string, file: string, kind: FileKind = MACHINE_FILE): TreeNode {
  const lines = new LineCounter();
  const document = yamlDocument(text, file, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const placeAt = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const broken = document.errors[0];
  if (broken)
    throw new InputError(`not readable as YAML: ${broken.message}`, {
      place: placeAt(broken.pos[0]),
      remedy: `${kind.docs} shows the format of a ${kind.name} file`,
    });
  if (!isMap(document.contents))
    throw new InputError(`a ${kind.name} file is a mapping of keys to values, and this is not`, {
      place: placeAt(document.contents?.range?.[0] ?? 0),
      remedy: `${kind.docs} shows the format; \`extends: ${kind.start}\` is the shortest start`,
    });
  return new MachineReader(document, placeAt).read();
}

/** What messages call a file of this form, where it is explained, and a preset of it. */
export interface FileKind {
  readonly name: string;
  readonly docs: string;
  readonly start: string;
}

const MACHINE_FILE: FileKind = { name: 'machine', docs: 'docs/machines.md', start: 'skylake' };

type Block = Partial<Origin>;

/** Aliases can make a short file describe a huge or endless tree; a machine has a few hundred nodes, ten deep. */
const MAX_NODES = 10_000;
const MAX_DEPTH = 64;

class MachineReader {
  readonly #document: Document.Parsed;
  readonly #placeAt: (offset: number) => string;
  readonly #sources = new Map<string, string>();
  #nodes = 0;

  constructor(document: Document.Parsed, placeAt: (offset: number) => string) {
    this.#document = document;
    this.#placeAt = placeAt;
  }

  read(): TreeNode {
    const table = this.#document.get('sources', true);
    if (isMap(table))
      for (const { key, value } of table.items)
        this.#sources.set(String((key as Node & { value: unknown }).value), textOf(value));
    this.#document.delete('sources');
    return this.#node(this.#document.contents as Node, {}, 0);
  }

  #node(yaml: Node | null, above: Block, depth: number): TreeNode {
    const place = this.#placeAt(yaml?.range?.[0] ?? 0);
    if (++this.#nodes > MAX_NODES || depth > MAX_DEPTH)
      throw new InputError(`more than ${MAX_NODES} values or ${MAX_DEPTH} levels, aliases followed`, {
        place,
        remedy: 'a machine has a few hundred values; look for an alias that contains itself',
      });
    const node = isAlias(yaml) ? yaml.resolve(this.#document) : yaml;
    if (isAlias(yaml) && node === undefined)
      throw new InputError(`the alias *${yaml.source} has no anchor &${yaml.source} before it`, { place });
    if (isMap(node)) {
      const block = { ...above, ...this.#blockOf(node, place) };
      if (node.has('value')) return this.#node(node.get('value', true) as Node, block, depth + 1);
      const entries = new Map<string, TreeNode>();
      for (const { key: name, value } of node.items) {
        const word = textOf(name);
        if (word !== 'source' && word !== 'confidence')
          entries.set(word, this.#node(value as Node | null, block, depth + 1));
      }
      return { place, value: entries };
    }
    if (isSeq(node))
      return {
        place,
        ...originOf(above),
        value: node.items.map((item) => this.#node(item as Node, above, depth + 1)),
      };
    const value = isScalar(node) ? (node.value as Scalar) : null;
    return { place, ...originOf(above), value };
  }

  #blockOf(node: { get(key: string): unknown; has(key: string): boolean }, place: string): Block {
    const block: { -readonly [Key in keyof Block]: Block[Key] } = {};
    if (node.has('source')) {
      const source = String(node.get('source'));
      block.source = this.#sources.get(source) ?? source;
    }
    if (node.has('confidence')) {
      const word = String(node.get('confidence'));
      if (!CONFIDENCES.includes(word as Confidence))
        throw new InputError(`confidence '${word}' is not one of ${CONFIDENCES.join(', ')}`, { place });
      block.confidence = word as Confidence;
    }
    return block;
  }
}

/** An origin counts once both halves are said, here or above. */
function originOf(block: Block): { origin?: Origin } {
  return block.source !== undefined && block.confidence !== undefined
    ? { origin: { source: block.source, confidence: block.confidence } }
    : {};
}

function textOf(node: unknown): string {
  return isScalar(node) ? String(node.value) : '';
}
