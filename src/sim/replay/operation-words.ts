import type { Action, Operation, PageRange, Scenario } from '../scenario/script.ts';

const PROTECTION: Readonly<Record<string, string>> = {
  r: 'readable',
  w: 'writable',
  x: 'executable',
};

/** What an operation of a scenario does, as a sentence: `Process 2 writes 5 to A+1p.` */
export function operationSentence(scenario: Scenario, { pid, action }: Operation): string {
  const words = new Words(scenario).of(action);
  return pid === 0 ? `${words[0]!.toUpperCase()}${words.slice(1)}.` : `Process ${pid} ${words}.`;
}

class Words {
  readonly #scenario: Scenario;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
  }

  of(action: Action): string {
    switch (action.op) {
      case 'mmap':
        return this.#mmap(action);
      case 'munmap':
        return `unmaps ${this.#range(action.range)}`;
      case 'mlock':
      case 'munlock':
        return `${action.op}s ${this.#range(action.range)}`;
      case 'mprotect':
        return `makes ${this.#range(action.range)} ${protectionWords(action.prot)} (mprotect)`;
      case 'msync':
        return `syncs ${this.#range(action.range)} (msync${action.sync ? '' : ', async'})`;
      case 'madvise':
        return `advises ${action.advice} for ${this.#range(action.range)} (madvise)`;
      case 'mremap': {
        const { target, newPages } = action;
        const to = target === undefined ? 'in place' : `to ${this.#scenario.regions[target.region]}`;
        return `moves or resizes ${this.#range(action.range)} ${to}, ${pages(newPages)} (mremap)`;
      }
      case 'r':
        return `reads ${this.#address(action.at)}`;
      case 'w':
        return `writes ${action.value} to ${this.#address(action.at)}`;
      case 'kr':
        return `has the kernel read ${this.#address(action.at)} for it`;
      case 'kw':
        return `has the kernel write ${action.value} to ${this.#address(action.at)} for it`;
      case 'rr':
        return `reads a byte of each page of ${this.#range(action.range)}`;
      case 'ww':
        return `writes ${action.value} to each page of ${this.#range(action.range)}`;
      case 'fork':
        return `forks process ${action.child}`;
      case 'wait':
        return `waits for process ${action.child}${action.ends ? ', which ends' : ''}`;
      case 'exit':
        return 'ends';
      case 'nop':
        return 'does nothing';
      case 'smaps':
      case 'pagemap':
        return `looks at ${action.op} of ${this.#scenario.regions[action.region]}`;
      case 'sleepms':
        return `${action.milliseconds} ms pass`;
      case 'frames':
        return 'all frames are listed';
      default:
        return this.#file(action);
    }
  }

  #file(action: Extract<Action, { file: number }>): string {
    const name = this.#scenario.files[action.file]!.name;
    switch (action.op) {
      case 'fileread':
        return `byte ${action.offset} of file ${name} is read`;
      case 'filewrite':
        return `${action.value} is written to byte ${action.offset} of file ${name}`;
      case 'ftruncate':
        return `file ${name} is cut or grown to ${action.bytes} bytes`;
      case 'fsync':
        return `file ${name} is written back`;
      case 'dropcache':
        return `file ${name} is dropped from the page cache`;
      case 'cached':
        return `the cached pages of file ${name} are counted`;
    }
  }

  #mmap({ range, prot, flags }: Extract<Action, { op: 'mmap' }>): string {
    const backing = flags.file ? `file ${this.#scenario.files[flags.file.index]!.name}` : 'anonymous memory';
    const extras = (['populate', 'locked', 'thp', 'fixed', 'noreserve'] as const).filter(
      (flag) => flags[flag],
    );
    const more = extras.length > 0 ? ` (${extras.join(', ')})` : '';
    return `maps ${pages(range.count)} of ${flags.shared ? 'shared' : 'private'} ${backing} at ${this.#page(range.region, range.first)}, ${protectionWords(prot)}${more}`;
  }

  #page(region: number, page: number): string {
    return `${this.#scenario.regions[region]}+${page}p`;
  }

  #range({ region, first, count, extent }: PageRange): string {
    const name = this.#scenario.regions[region]!;
    if (first === 0 && count === extent) return count === 1 ? name : `${name} (${pages(count)})`;
    return count === 1 ? this.#page(region, first) : `${name}[${first}..${first + count}]`;
  }

  #address({ region, page, offset }: { region: number; page: number; offset: number }): string {
    const name = this.#page(region, page);
    return offset === 0 ? name : `${name}+${offset}`;
  }
}

function pages(count: number): string {
  return count === 1 ? '1 page' : `${count} pages`;
}

function protectionWords(letters: string): string {
  if (letters === '') return 'inaccessible';
  return [...letters].map((letter) => PROTECTION[letter]).join(', ');
}
