import { PAGE_BYTES } from '../../core/addr.ts';
import type { Line, Token } from './lexer.ts';
import type { Scope } from './scope.ts';
import { type ByteAddress, type MmapFlags, type PageRange, REGION_PAGES } from './script.ts';

const RANGE = 'a range (NAME or NAME[a..b])';
const ADDRESS = 'an address (NAME+3p+17)';
const LETTERS = "letters of r, w, x or 'none'";

/** NAME or NAME[a..b]. The range must lie within the pages that the region spans by now. */
export function pageRange(line: Line, scope: Scope): PageRange {
  const token = line.take(RANGE);
  const region = scope.region(token);
  const extent = scope.extent(region);
  if (token.rest === '') return { region, first: 0, count: extent, extent };
  if (!token.accept('[')) token.end(RANGE);
  const first = boundary(token, scope, region);
  token.expect('..');
  const end = boundary(token, scope, region);
  if (end < first) token.fail('the range ends before it begins');
  token.expect(']');
  token.end(RANGE);
  return { region, first, count: end - first, extent };
}

function boundary(token: Token, scope: Scope, region: number): number {
  const extent = scope.extent(region);
  const page = Number(/^[0-9]+/.exec(token.rest)?.[0] ?? 0);
  if (page > extent) token.fail(outside(scope, region, page));
  return token.number(REGION_PAGES, 'a page number');
}

/** NAME, NAME+BYTES, NAME+3p or NAME+3p+17. The byte may lie beyond what the region spans: nothing is mapped there. */
export function byteAddress(line: Line, scope: Scope): ByteAddress {
  const token = line.take(ADDRESS);
  const region = scope.region(token);
  const extent = scope.extent(region);
  let bytes = 0;
  if (token.accept('+')) {
    bytes = token.number(REGION_PAGES * PAGE_BYTES - 1, 'an offset');
    if (token.accept('p')) {
      bytes *= PAGE_BYTES;
      if (token.accept('+')) bytes += token.number(REGION_PAGES * PAGE_BYTES - 1, 'an offset');
    }
  }
  token.end(ADDRESS);
  const page = Math.floor(bytes / PAGE_BYTES);
  return { region, page, offset: bytes % PAGE_BYTES, extent };
}

function outside(scope: Scope, region: number, page: number): string {
  return `page ${page} lies outside region '${scope.regions[region]}', which has ${scope.extent(region)} pages by now`;
}

/** Protection letters, `-` for none of them, or `none`; returned as letters only. */
export function protection(token: Token): string {
  if (token.accept('none')) {
    token.end(LETTERS);
    return '';
  }
  const letters = token.rest;
  if (letters === '' || /[^rwx-]/.test(letters)) token.fail(`expected ${LETTERS}, found '${letters}'`);
  return letters.replaceAll('-', '');
}

/** `private,anon`, `shared,file:f@4,populate`, ... of an mmap line. */
export function mmapFlags(line: Line, scope: Scope, token: Token, start: number): MmapFlags {
  const words = new Set<string>();
  let file: { index: number; page: number } | undefined;
  for (;;) {
    if (token.accept('file:')) {
      const index = scope.file(token);
      file = { index, page: token.accept('@') ? token.number(2 ** 32 - 1, 'a page number') : 0 };
    } else {
      const word = FLAG_WORDS.find((flag) => new RegExp(`^${flag}(,|$)`).test(token.rest));
      if (!word)
        token.fail(
          `unknown flag '${token.rest.split(',')[0]}'`,
          `flags are ${FLAG_WORDS.join(', ')}, file:NAME@PAGE`,
        );
      token.accept(word);
      words.add(word);
    }
    if (token.rest === '') break;
    if (!token.accept(',')) token.fail('expected file:NAME or file:NAME@PAGE');
  }
  if (words.has('private') === words.has('shared'))
    line.fail('flags need exactly one of private, shared', start);
  if (words.has('anon') === (file !== undefined))
    line.fail('flags need exactly one of anon, file:NAME', start);
  return {
    shared: words.has('shared'),
    file,
    populate: words.has('populate'),
    locked: words.has('locked'),
    noreserve: words.has('noreserve'),
    fixed: words.has('fixed'),
    thp: words.has('thp'),
  };
}

const FLAG_WORDS = ['private', 'shared', 'anon', 'populate', 'locked', 'noreserve', 'fixed', 'thp'];
