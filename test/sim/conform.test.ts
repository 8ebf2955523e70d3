import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/core/errors.ts';
import { Conformance } from '../../src/sim/conform.ts';
import { numberedLines } from '../../src/sim/conform-lines.ts';
import { describeDifference } from '../../src/sim/conform-text.ts';
import { parseVector, type Vector } from '../../src/sim/conform-vector.ts';

const VECTORS = 'test/fixtures/vectors';

/**
 * Sv39, one 4 KiB page: root 0x1000 -> table 0x2000 -> table 0x3000 -> frame 0x80 (all at index 0).
 * A pointer is PFN << 10 | V; the leaf is 0x80 << 10 | U X W R V = 0x2001f, with A and D clear.
 */
const PAGE = {
  fmt: 'sv39',
  mem: { '0x1000': '0x801', '0x2000': '0xc01', '0x3000': '0x2001f' },
  root: '0x1000',
  va: '0x123',
  access: 'r',
  user: true,
  ctl: { adue: 1 },
  expect: { pa: '0x80123' },
  after: { '0x3000': '0x2005f' },
};

const vector = (changes: object): Vector =>
  parseVector(JSON.stringify({ ...PAGE, ...changes }), 'here') as Vector;
const run = (changes: object) => new Conformance().run(vector(changes));

describe.each(readdirSync(VECTORS).filter((name) => name.endsWith('.gz')))('the vectors of %s', (name) => {
  it('come out of TLBs and walker as other models have them', { timeout: 60_000 }, async () => {
    const conformance = new Conformance();
    const failures: string[] = [];
    let count = 0;
    for await (const { number, text } of numberedLines(`${VECTORS}/${name}`)) {
      const parsed = parseVector(text, `${name}: line ${number}`) as Vector;
      for (const difference of conformance.run(parsed)) failures.push(...describeDifference(difference));
      count++;
    }
    expect(failures).toEqual([]);
    expect(count).toBeGreaterThan(10);
  });
});

describe('a vector', () => {
  it('passes when address and accessed bit are as expected', () => {
    expect(run({})).toEqual([]);
  });

  it('fails when the address differs, and the walk is told entry by entry', () => {
    const [difference] = run({ expect: { pa: '0x90123' } });
    expect(describeDifference(difference!)).toEqual([
      '  expected physical address 0x90123, we get physical address 0x80123',
      '    sv39: 0x123 = L3 0, L2 0, L1 0, offset 0x123',
      '    L3: entry 0 at 0x1000 is 0x801 (PPN=0x2 V): pointer',
      '    L2: entry 0 at 0x2000 is 0xc01 (PPN=0x3 V): pointer',
      '    L1: entry 0 at 0x3000 is 0x2001f (PPN=0x80 U X W R V): leaf',
      '    frame 0x80, a 4K page',
    ]);
  });

  it('fails when a fault was expected with another code', () => {
    const [difference] = run({ user: false, expect: { fault: { code: 15 } }, after: {} });
    expect(describeDifference(difference!).slice(0, 1)).toEqual([
      '  expected a fault with code 15, we get a fault (user-page at level 1) with vector 13, code 13',
    ]);
  });

  it('fails when an entry is not as it should be afterwards, unless the bits are ignored', () => {
    expect(run({ after: {} }).map(({ kind }) => kind)).toEqual(['memory']);
    expect(run({ after: {}, ignore: { '0x3000': '0x40' } })).toEqual([]);
  });

  it('that comes twice meets the TLB entry of the first: the store still sets D', () => {
    // R W X V = 0x0f; the load sets A (0x40), the store D (0x80).
    const mem = { ...PAGE.mem, '0x3000': '0x2000f' };
    expect(run({ mem, user: false, access: 'w', twice: true, after: { '0x3000': '0x200cf' } })).toEqual([]);
  });
});

describe('a sequence', () => {
  const access = (expected: object, more = {}) => ({
    op: 'access',
    asid: 1,
    root: '0x1000',
    va: '0x123',
    access: 'r',
    user: true,
    expect: expected,
    ...more,
  });
  const { fmt, mem, ctl } = PAGE;
  const sequence = (steps: object[], final: object) =>
    new Conformance().run(
      parseVector(JSON.stringify({ fmt, mem, ctl, kind: 'seq', steps, final }), 'here') as Vector,
    );

  it('sees a rewritten entry after the fence for its page', () => {
    expect(
      sequence(
        [
          access({ pa: '0x80123' }),
          { op: 'write', pa: '0x3000', word: '0x2401f' },
          { op: 'sfence', va: '0x0', asid: 1 },
          access({ pa: '0x90123' }),
        ],
        { '0x3000': '0x2405f' },
      ),
    ).toEqual([]);
  });

  it('keeps the translation that is cached until a fence: the TLBs are real', () => {
    expect(
      sequence(
        [
          access({ pa: '0x80123' }),
          { op: 'write', pa: '0x3000', word: '0x2401f' },
          access({ pa: '0x80123' }),
        ],
        { '0x3000': '0x2401f' },
      ),
    ).toEqual([]);
  });

  it('says at which step it differs, and explains that step from the state before it', () => {
    const [difference] = sequence(
      [
        access({ pa: '0x80123' }),
        { op: 'sfence', va: null, asid: null },
        access({ pa: '0x0' }, { access: 'w' }),
      ],
      {},
    );
    const [first, ...walk] = describeDifference(difference!);
    expect(first).toBe('  expected physical address 0x0, we get physical address 0x80123 at step 2');
    expect(walk.at(3)).toBe('    L1: entry 0 at 0x3000 is 0x2005f (PPN=0x80 A U X W R V): leaf');
  });

  it('takes control bits that stand in a step, also for cached translations', () => {
    const supervisor = { user: false };
    expect(
      sequence(
        [
          access({ pa: '0x80123' }),
          access({ fault: { code: 13 } }, { ...supervisor, sum: 0 }),
          access({ pa: '0x80123' }, { ...supervisor, sum: 1 }),
        ],
        { '0x3000': '0x2005f' },
      ),
    ).toEqual([]);
  });
});

describe('a line that is no vector', () => {
  it.each([
    ['junk', 'expected a JSON object, found "junk"'],
    ['[]', 'expected object'],
    ['{"mem": {}}', "'fmt'"],
    [JSON.stringify({ ...PAGE, root: '0x1001' }), "'root' 0x1001: expected a multiple of 4096"],
    [JSON.stringify({ ...PAGE, root: 4096 }), "'root'"],
    [JSON.stringify({ ...PAGE, access: 'rw' }), "'access'"],
    [JSON.stringify({ ...PAGE, mem: { '0x1004': '0x1' } }), 'expected a multiple of 8'],
    [JSON.stringify({ ...PAGE, mem: { zero: '0x1' } }), "'mem.zero': expected a hexadecimal number"],
    [JSON.stringify({ ...PAGE, expect: {} }), 'expected {"pa": "0x..."} or {"fault": {"code": N}}'],
    [JSON.stringify({ ...PAGE, fmt: 'sv32', va: '0x100000000' }), "'va': expected at most 32 bits"],
    [JSON.stringify({ ...PAGE, fmt: 'sv32', mem: { '0x1000': '0x100000000' } }), 'expected at most 4 bytes'],
    [JSON.stringify({ ...PAGE, fmt: 'x86-64-4level' }), "'maxphyaddr'"],
    [JSON.stringify({ ...PAGE, kind: 'seq' }), "'steps'"],
  ])('%s is refused with what was expected, and where', (line, message) => {
    try {
      parseVector(line, 'f.jsonl: line 7');
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
      expect((error as InputError).message).toContain(message);
      expect((error as InputError).place).toBe('f.jsonl: line 7');
    }
  });

  it('of a mode we do not have is named, not refused', () => {
    expect(parseVector('{"fmt": "sparc-v9"}', 'here')).toBe('sparc-v9');
  });
});
