import { InputError, nearest } from '../../core/errors.ts';
import { ADVICES } from '../../kernel/syscall/madvise.ts';
import { Line, type Token } from './lexer.ts';
import { byteAddress, mmapFlags, pageRange, protection } from './operands.ts';
import { Scope } from './scope.ts';
import { type Action, type Operation, OUTSIDE, REGION_PAGES, type Scenario } from './script.ts';

const MAX_FILE_BYTES = 2 ** 30;
const MAX_OFFSET = 2 ** 32 - 1;

/**
 * A scenario from its text. `path` names it in messages. Throws InputError with line and column for the first mistake:
 * an unknown word, region, file or process, a process that ended, a range outside its region, an absurd size.
 */
export function parseScenario(path: string, text: string): Scenario {
  const scope = new Scope();
  const operations: Operation[] = [];
  for (const [index, source] of text.split('\n').entries()) {
    const line = new Line(path, index + 1, source);
    if (line.isEmpty) continue;
    if (line.peek() === 'file') declareFile(line, scope);
    else operations.push(operation(line, scope));
  }
  if (operations.length === 0)
    throw new InputError('a scenario without any operation', {
      place: path,
      remedy: "begin with a line such as '1 mmap A 4 prot=rw flags=private,anon'",
    });
  return { path, files: scope.files, regions: scope.regions, operations };
}

function declareFile(line: Line, scope: Scope): void {
  line.take('file');
  const token = line.take('a file name');
  const name = token.name('a file name');
  token.end('a file name');
  const bytes = wholeNumber(line, MAX_FILE_BYTES, 'a size in bytes');
  let tmpfs = false;
  if (line.more) {
    const fs = line.take('fs=');
    if (fs.text !== 'fs=tmpfs' && fs.text !== 'fs=ext4')
      fs.fail(`expected fs=tmpfs or fs=ext4, found '${fs.text}'`);
    tmpfs = fs.text === 'fs=tmpfs';
  }
  line.end();
  scope.declareFile(token, { name, bytes, tmpfs });
}

function operation(line: Line, scope: Scope): Operation {
  const who = line.take('an operation');
  const pid = who.text === '-' ? 0 : scope.actor(who);
  const word: Token = line.take('an operation');
  const form = Object.hasOwn(FORMS, word.text) ? FORMS[word.text] : undefined;
  if (!form) {
    const guess = nearest(word.text, Object.keys(FORMS));
    word.fail(`unknown operation '${word.text}'`, guess ? `did you mean '${guess}'?` : undefined);
  }
  if (OUTSIDE.has(word.text) !== (pid === 0))
    word.fail(
      OUTSIDE.has(word.text)
        ? `'${word.text}' is outside any process: write '- ${word.text} ...'`
        : `'${word.text}' needs a process: write '1 ${word.text} ...'`,
    );
  const action = form(line, scope, pid, word);
  line.end();
  return { line: line.number, text: line.text, pid, action };
}

type Form = (line: Line, scope: Scope, pid: number, word: Token) => Action;

const onRange =
  (op: 'munmap' | 'mlock' | 'munlock'): Form =>
  (line, scope) => ({ op, range: pageRange(line, scope) });

const onFile =
  (op: 'fsync' | 'dropcache' | 'cached'): Form =>
  (line, scope) => ({ op, file: fileName(line, scope) });

const onRegion =
  (op: 'smaps' | 'pagemap'): Form =>
  (line, scope) => {
    const token = line.take('a region name');
    const region = scope.region(token);
    token.end('a region name');
    return { op, region };
  };

/** One function per form of line. */
const FORMS: Record<string, Form> = {
  mmap: mmapForm,
  mremap: mremapForm,
  munmap: onRange('munmap'),
  mlock: onRange('mlock'),
  munlock: onRange('munlock'),
  rr: (line, scope) => ({ op: 'rr', range: pageRange(line, scope) }),
  mprotect: (line, scope) => ({
    op: 'mprotect',
    range: pageRange(line, scope),
    prot: protection(line.take('protection letters')),
  }),
  madvise: (line, scope) => {
    const range = pageRange(line, scope);
    const token = line.take('an advice');
    if (!ADVICES.includes(token.text)) {
      const guess = nearest(token.text, ADVICES);
      token.fail(
        `unknown advice '${token.text}'`,
        guess ? `did you mean '${guess}'?` : `advices: ${ADVICES.join(' ')}`,
      );
    }
    return { op: 'madvise', range, advice: token.text };
  },
  msync: (line, scope) => {
    const range = pageRange(line, scope);
    if (!line.more) return { op: 'msync', range, sync: true };
    const token = line.take('async');
    if (token.text !== 'async') token.fail(`expected 'async', found '${token.text}'`);
    return { op: 'msync', range, sync: false };
  },
  r: (line, scope) => ({ op: 'r', at: byteAddress(line, scope) }),
  kr: (line, scope) => ({ op: 'kr', at: byteAddress(line, scope) }),
  w: (line, scope) => ({ op: 'w', at: byteAddress(line, scope), value: byteValue(line) }),
  kw: (line, scope) => ({ op: 'kw', at: byteAddress(line, scope), value: byteValue(line) }),
  ww: (line, scope) => ({ op: 'ww', range: pageRange(line, scope), value: byteValue(line) }),
  fork: (line, scope, pid) => ({ op: 'fork', child: scope.bear(line.take('a process number'), pid) }),
  exit: (_line, scope, pid) => {
    scope.end(pid);
    return { op: 'exit' };
  },
  wait: (line, scope, pid) => ({ op: 'wait', ...scope.await(line.take('a process number'), pid) }),
  nop: () => ({ op: 'nop' }),
  smaps: onRegion('smaps'),
  pagemap: onRegion('pagemap'),
  fileread: (line, scope) => ({
    op: 'fileread',
    file: fileName(line, scope),
    offset: wholeNumber(line, Number.MAX_SAFE_INTEGER, 'a byte offset'),
  }),
  filewrite: (line, scope) => ({
    op: 'filewrite',
    file: fileName(line, scope),
    offset: wholeNumber(line, MAX_OFFSET, 'a byte offset'),
    value: byteValue(line),
  }),
  ftruncate: (line, scope) => ({
    op: 'ftruncate',
    file: fileName(line, scope),
    bytes: wholeNumber(line, MAX_OFFSET, 'a size in bytes'),
  }),
  fsync: onFile('fsync'),
  dropcache: onFile('dropcache'),
  cached: onFile('cached'),
  sleepms: (line) => ({ op: 'sleepms', milliseconds: wholeNumber(line, 10000, 'a number of milliseconds') }),
  frames: (line) => {
    if (!line.more) return { op: 'frames', counts: false };
    const token = line.take('c');
    if (token.text !== 'c') token.fail(`expected 'c', found '${token.text}'`);
    return { op: 'frames', counts: true };
  },
};

/** mmap NAME PAGES prot=... flags=... [at=PAGE] */
function mmapForm(line: Line, scope: Scope, _pid: number, word: Token): Action {
  const region = scope.makeRegion(line.take('a region name'));
  const count = wholeNumber(line, REGION_PAGES, 'a number of pages');
  let prot: string | undefined;
  let flags: ReturnType<typeof mmapFlags> | undefined;
  let first = 0;
  while (line.more) {
    const token = line.take('prot=');
    if (token.accept('prot=')) prot = protection(token);
    else if (token.accept('flags=')) flags = mmapFlags(line, scope, token, word.column);
    else if (token.accept('at=')) {
      first = token.number(REGION_PAGES, 'a page number');
      token.end('a page number');
    } else token.fail(`unexpected '${token.text}'`, 'mmap takes prot=, flags= and at=');
  }
  if (prot === undefined || flags === undefined)
    line.fail(`mmap needs ${prot === undefined ? 'prot=' : 'flags='}`, line.column);
  scope.grow(line, word.column, region, first + count);
  return { op: 'mmap', range: { region, first, count, extent: scope.extent(region) }, prot, flags };
}

/** mremap RANGE NEWNAME|- NEWPAGES [dontunmap] */
function mremapForm(line: Line, scope: Scope): Action {
  const range = pageRange(line, scope);
  const column = line.column;
  const inPlace = line.peek() === '-';
  const token = line.take("a region name or '-'");
  const target = inPlace ? undefined : scope.makeRegion(token);
  const newPages = wholeNumber(line, REGION_PAGES, 'a number of pages');
  let dontUnmap = false;
  if (line.more) {
    const word = line.take('dontunmap');
    if (word.text !== 'dontunmap') word.fail(`expected 'dontunmap', found '${word.text}'`);
    if (inPlace) word.fail('dontunmap needs a region to move to');
    dontUnmap = true;
  }
  if (target === undefined) scope.grow(line, column, range.region, range.first + newPages);
  else scope.grow(line, column, target, newPages);
  return {
    op: 'mremap',
    range: { ...range, extent: scope.extent(range.region) },
    target: target === undefined ? undefined : { region: target, extent: scope.extent(target) },
    newPages,
    dontUnmap,
  };
}

function fileName(line: Line, scope: Scope): number {
  const token = line.take('a file name');
  const index = scope.file(token);
  token.end('a file name');
  return index;
}

function byteValue(line: Line): number {
  return wholeNumber(line, 255, 'a byte value');
}

function wholeNumber(line: Line, max: number, what: string): number {
  const token = line.take(what);
  const value = token.number(max, what);
  token.end(what);
  return value;
}
