import { Rng } from '../../../src/core/rng.ts';

interface Region {
  readonly name: string;
  readonly pages: number;
}

const NAMES = 'ABCDEFGH';
const FILE_PAGES = 732;

/**
 * A random scenario over regions that span several page tables, aimed at their borders: what policies about tables can
 * get wrong. `serial`: while a child lives nobody else does anything, no advice about fork is given and no file becomes
 * shorter, as under a fork server.
 */
export function tableScenario(seed: number, serial = false): string {
  return new Generator(new Rng(seed * 7919 + 13), serial).text();
}

class Generator {
  readonly #rng: Rng;
  readonly #serial: boolean;
  readonly #lines = ['file f 3000000', 'file g 40000 fs=tmpfs'];
  readonly #regions: Region[] = [];
  #live = [1];
  #next = 2;

  constructor(rng: Rng, serial: boolean) {
    this.#rng = rng;
    this.#serial = serial;
  }

  text(): string {
    this.#map(1);
    this.#map(1);
    for (let i = 0; i < 50; i++) this.#step();
    const last = this.#live.at(-1)!;
    if (this.#serial && last !== 1) {
      this.#readAll(last);
      this.#exit(last);
    }
    for (const pid of this.#live) this.#readAll(pid);
    return `${this.#lines.join('\n')}\n`;
  }

  #step(): void {
    const pid = this.#serial ? this.#live.at(-1)! : this.#pick(this.#live);
    const { name, pages } = this.#pick(this.#regions);
    const edges = [
      0,
      1,
      pages - 1,
      511,
      512,
      513,
      1023,
      1024,
      this.#rng.below(pages),
      this.#rng.below(pages),
    ];
    const first = this.#pick(edges.filter((page) => page < pages));
    const count = 1 + this.#rng.below(Math.min(pages - first, this.#pick([1, 3, 600])));
    const page = `${name}+${first}p`;
    const range = `${name}[${first}..${first + count}]`;
    const byte = this.#rng.below(255);
    switch (this.#rng.below(16)) {
      case 0:
      case 1:
        this.#fork(pid);
        break;
      case 2:
        if (this.#live.length > 1) this.#exit(this.#serial ? pid : this.#pick(this.#live));
        break;
      case 3:
      case 4:
      case 5:
        this.#say(pid, `w ${page} ${byte}`);
        break;
      case 6:
      case 7:
      case 8:
        this.#say(pid, `r ${page}`);
        break;
      case 9:
        this.#say(pid, `rr ${range}`);
        break;
      case 10:
        this.#say(pid, `ww ${range} ${byte}`);
        break;
      case 11:
        this.#say(pid, `munmap ${range}`);
        break;
      case 12:
        this.#say(pid, `mprotect ${range} ${this.#pick(['r', 'rw', 'none', 'rw'])}`);
        break;
      case 13:
        this.#say(pid, `madvise ${range} ${this.#advice()}`);
        break;
      case 14:
        if (this.#regions.length < 6 && this.#rng.below(3) === 0) this.#map(pid);
        else if (!this.#serial || this.#live.length === 1)
          this.#lines.push(`- ftruncate f ${this.#pick([3000000, 100000, 2000000])}`);
        break;
      default:
        if (this.#rng.below(2) === 0)
          this.#say(pid, `mmap ${name} ${count} prot=rw flags=private,anon,fixed at=${first}`);
        else this.#move(pid, range, count);
    }
  }

  #advice(): string {
    const aboutFork = this.#serial ? [] : ['dontfork', 'wipeonfork'];
    return this.#pick([
      'dontneed',
      'dontneed',
      'free',
      'populate_write',
      ...aboutFork,
      'pageout',
      'collapse',
    ]);
  }

  #map(pid: number): void {
    const pages = this.#pick([520, 1100, 1536, 2048, 40]);
    const [flags, size] = this.#pick([
      ['private,anon', pages],
      ['private,anon', pages],
      ['private,anon,thp', pages],
      ['private,file:f', Math.min(pages, FILE_PAGES)],
      ['shared,anon', pages],
      ['shared,file:g', 9],
    ] as const);
    const name = this.#region(size);
    this.#say(pid, `mmap ${name} ${size} prot=rw flags=${flags}`);
    if (this.#rng.below(2) === 1) this.#say(pid, `ww ${name} ${this.#rng.below(200) + 1}`);
  }

  #move(pid: number, range: string, count: number): void {
    if (this.#regions.length === NAMES.length) return;
    this.#say(pid, `mremap ${range} ${this.#region(count)} ${count}`);
  }

  #region(pages: number): string {
    const name = NAMES[this.#regions.length]!;
    this.#regions.push({ name, pages });
    return name;
  }

  #fork(pid: number): void {
    if (this.#live.length >= (this.#serial ? 2 : 4)) return;
    this.#say(pid, `fork ${this.#next}`);
    this.#live.push(this.#next++);
  }

  #exit(pid: number): void {
    this.#say(pid, 'exit');
    this.#live = this.#live.filter((one) => one !== pid);
  }

  #readAll(pid: number): void {
    for (const { name } of this.#regions) this.#say(pid, `rr ${name}`);
  }

  #say(pid: number, text: string): void {
    this.#lines.push(`${pid} ${text}`);
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#rng.below(items.length)]!;
  }
}
