import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/core/errors.ts';
import { parseScenario } from '../../src/sim/scenario/parse.ts';

const MMAP = '1 mmap A 16 prot=rw flags=private,anon\n';

function mistake(text: string): InputError {
  try {
    parseScenario('s.scn', text);
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error(`parsed without complaint: ${text}`);
}

describe('a scenario with a mistake is refused with its line and column', () => {
  it.each([
    ['an unknown operation', `${MMAP}1 madvice A dontneed\n`, '2:3', /unknown operation 'madvice'/],
    ['an unknown region', `${MMAP}1 r B\n`, '2:5', /names region 'B'/],
    ['a process that never was', `${MMAP}7 r A\n`, '2:1', /process 7 does not exist yet/],
    ['a process that has ended', `${MMAP}1 fork 2\n2 exit\n2 r A\n`, '4:1', /process 2 has ended/],
    ['a process waited for', `${MMAP}1 fork 2\n1 wait 2\n2 r A\n`, '4:1', /process 2 has ended/],
    ['a process born twice', `${MMAP}1 fork 2\n1 fork 2\n`, '3:8', /process 2 has existed already/],
    [
      'a range that begins outside its region',
      `${MMAP}1 rr A[17..18]\n`,
      '2:8',
      /page 17 lies outside region 'A'/,
    ],
    [
      'a range that ends outside its region',
      `${MMAP}1 rr A[3..17]\n`,
      '2:11',
      /page 17 lies outside region 'A'/,
    ],
    ['a range that ends before it begins', `${MMAP}1 rr A[3..2]\n`, '2:12', /ends before it begins/],
    ['a file never declared', '1 mmap A 1 prot=r flags=private,file:f\n', '1:38', /no file 'f' is declared/],
    ['an absurd mapping', '1 mmap A 99999999 prot=r flags=private,anon\n', '1:10', /at most 262143/],
    ['an absurd file', 'file f 99999999999\n', '1:8', /at most 1073741824/],
    ['a value that is no byte', `${MMAP}1 w A 256\n`, '2:7', /at most 255/],
    ['a process number beyond all', `${MMAP}1 fork 65\n`, '2:8', /at most 64/],
    ['an unknown advice', `${MMAP}1 madvise A dontned\n`, '2:13', /unknown advice 'dontned'/],
    ['an unknown flag', '1 mmap A 1 prot=r flags=privat,anon\n', '1:25', /unknown flag 'privat'/],
    [
      'a mapping that is both private and shared',
      '1 mmap A 1 prot=r flags=private,shared,anon\n',
      '1:3',
      /exactly one of/,
    ],
    [
      'protection letters that are none',
      '1 mmap A 1 prot=rq flags=private,anon\n',
      '1:17',
      /letters of r, w, x/,
    ],
    ['a mapping without protection', '1 mmap A 1 flags=private,anon\n', '1:31', /mmap needs prot=/],
    ['an outside operation by a process', `${MMAP}1 frames\n`, '2:3', /outside any process/],
    ['a process operation by nobody', `${MMAP}- r A\n`, '2:3', /needs a process/],
    ['a word too many', `${MMAP}1 r A now\n`, '2:7', /unexpected 'now'/],
    ['a word too few', `${MMAP}1 w A\n`, '2:7', /expected a byte value/],
    ['a file declared twice', 'file f 1\nfile f 2\n', '2:6', /declared twice/],
  ])('%s', (_what, text, place, message) => {
    const error = mistake(text);
    expect(error.place).toBe(`s.scn:${place}`);
    expect(error.message).toMatch(message);
  });

  it('and says what was probably meant', () => {
    expect(mistake(`${MMAP}1 madvise A dontned\n`).remedy).toBe("did you mean 'dontneed'?");
    expect(mistake(`${MMAP}1 mproct A r\n`).remedy).toBe("did you mean 'mprotect'?");
  });

  it('also when there is nothing in it', () => {
    expect(mistake('# only a comment\n').message).toMatch(/without any operation/);
  });
});

describe('a scenario', () => {
  it('places regions a GiB apart in the order in which mmap and mremap name them', () => {
    const scenario = parseScenario('s', `${MMAP}1 mremap A B 16\n1 mmap C 1 prot=r flags=shared,anon\n`);
    expect(scenario.regions).toEqual(['A', 'B', 'C']);
  });

  it('grows a region by mmap at=, mremap in place and mremap into it', () => {
    const text = `${MMAP}1 mmap A 4 prot=r flags=private,anon at=20\n1 mremap A[0..4] - 30\n1 rr A\n`;
    const last = parseScenario('s', text).operations.at(-1)!;
    expect(last.action).toMatchObject({ op: 'rr', range: { first: 0, count: 30, extent: 30 } });
  });

  it('takes NAME, NAME+BYTES, NAME+3p and NAME+3p+17 for one byte, which may lie where nothing is mapped', () => {
    const text = `${MMAP}1 r A\n1 r A+4100\n1 r A+3p\n1 r A+3p+17\n1 r A+99p\n`;
    const at = parseScenario('s', text)
      .operations.slice(1)
      .map(({ action }) => (action.op === 'r' ? [action.at.page, action.at.offset] : []));
    expect(at).toEqual([
      [0, 0],
      [1, 4],
      [3, 0],
      [3, 17],
      [99, 0],
    ]);
  });

  it('answers with the words of a line, comment and spare blanks gone', () => {
    const { operations } = parseScenario('s', '  1   nop   # nothing\n');
    expect(operations[0]).toMatchObject({ line: 1, text: '1 nop', pid: 1 });
  });
});
