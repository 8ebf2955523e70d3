// What test files import from 'vitest', for one process that runs them again for every mutant: describe, it, expect.
// The assertions are vitest's own; only the collecting of tests is ours, since vitest's takes seconds per run.
import { format } from 'node:util';
import {
  ASYMMETRIC_MATCHERS_OBJECT,
  chai,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
} from '@vitest/expect';

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);

const expect = (value, message) => chai.expect(value, message);
Object.assign(expect, chai.expect, globalThis[ASYMMETRIC_MATCHERS_OBJECT], {
  unreachable: (message) => chai.assert.fail(message ?? 'expected not to be reached'),
});

/** Where tests go while a file is loaded, and the titles of the groups around them. */
let collected = [];
let groups = [];

/** `it(name, body)`, `it(name, options, body)`: the options (time limits) are for vitest. */
const bodyOf = (args) => args.find((arg) => typeof arg === 'function');

function it(name, ...args) {
  collected.push({ name: [...groups, name].join(' > '), run: bodyOf(args) });
}

function describe(name, ...args) {
  groups.push(name);
  bodyOf(args)();
  groups.pop();
}

/** A row of a table is spread when it is a list; its title takes the row by %s, or a field of it by $field. */
const each =
  (declare) =>
  (table) =>
  (name, ...args) => {
    for (const row of table) {
      const values = Array.isArray(row) ? row : [row];
      const title = name.replace(/\$(\w+)/g, (whole, field) => row[field] ?? whole);
      declare(format(title, ...values), () => bodyOf(args)(...values));
    }
  };
it.each = each(it);
describe.each = each(describe);

/** The module 'vitest' as test files see it. What is missing here fails loudly when a test is added that needs it. */
export const vitest = { describe, it, test: it, expect };

/** The tests that `load` declares: their names, unique, and bodies. */
export async function collect(load) {
  collected = [];
  groups = [];
  await load();
  const seen = new Map();
  return collected.map(({ name, run }) => {
    const before = seen.get(name) ?? 0;
    seen.set(name, before + 1);
    return { name: before === 0 ? name : `${name} (${before + 1})`, run };
  });
}
