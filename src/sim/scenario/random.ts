import { InputError } from '../../core/errors.ts';
import { Rng } from '../../core/rng.ts';
import { Aim, HUGE, type Region } from './aim.ts';
import { Dice } from './dice.ts';
import { PROFILES, type Profile } from './profiles.ts';
import { RandomFiles } from './random-files.ts';

const MAX_LIVE = 5;

/**
 * A valid random scenario: the text of a script whose lines all parse, though system calls in it may well fail. The
 * same seed and profile give the same text.
 * @throws InputError for an unknown profile
 */
export function randomScenario(seed: number, profileName: string): string {
  const profile = PROFILES[profileName];
  if (!profile)
    throw new InputError(`no profile is called '${profileName}'`, {
      remedy: `profiles: ${Object.keys(PROFILES).join(', ')}`,
    });
  return new Generator(new Rng(seed * 2654435761 + 12345), profile).scenario();
}

class Generator {
  readonly #dice: Dice;
  readonly #aim: Aim;
  readonly #profile: Profile;
  readonly #lines: string[] = [];
  readonly #regions: Region[] = [];
  readonly #files: RandomFiles;
  #live: number[] = [1];
  readonly #parent = new Map<number, number>();
  #zombies: number[] = [];
  #nextPid = 2;
  #value = 1;

  constructor(rng: Rng, profile: Profile) {
    this.#dice = new Dice(rng);
    this.#aim = new Aim(this.#dice, profile.thp > 0);
    this.#files = new RandomFiles(this.#dice, profile);
    this.#profile = profile;
  }

  scenario(): string {
    const { files, operations } = this.#profile;
    const count = files === 0 ? 0 : 1 + this.#dice.below(files);
    for (let i = 0; i < count; i++) this.#lines.push(this.#files.declare());
    this.#mmapNew(1);
    const total = operations[0] + this.#dice.below(operations[1] - operations[0]);
    for (let i = 0; i < total; i++) this.#step();
    this.#outside('frames c');
    for (const pid of this.#live) for (const region of this.#regions) this.#emit(pid, `smaps ${region.name}`);
    return `${this.#lines.join('\n')}\n`;
  }

  #step(): void {
    const pid = this.#dice.pick(this.#live);
    const kind = this.#dice.weighted(this.#profile.weights);
    const region = this.#dice.pick(this.#regions);
    switch (kind) {
      case 'mmap':
        if (this.#regions.length < 5 && this.#dice.chance(0.5)) this.#mmapNew(pid);
        else this.#mmapInto(pid, region);
        break;
      case 'fork':
        this.#fork(pid);
        break;
      case 'exit':
        this.#exit(pid);
        break;
      case 'wait':
        this.#wait(pid);
        break;
      case 'r':
      case 'kr':
        this.#emit(pid, `${kind} ${this.#aim.address(region)}`);
        break;
      case 'w':
      case 'kw':
        this.#emit(pid, `${kind} ${this.#aim.address(region)} ${this.#byte()}`);
        break;
      case 'rr':
        this.#emit(pid, `rr ${this.#aim.range(region)}`);
        break;
      case 'ww':
        this.#emit(pid, `ww ${this.#aim.range(region)} ${this.#byte()}`);
        break;
      case 'mprotect':
        this.#emit(
          pid,
          `mprotect ${this.#aim.range(region)} ${this.#dice.pick(['r', 'rw', 'rw', 'rw', 'none', 'r', 'rwx', 'x'])}`,
        );
        break;
      case 'madvise':
        this.#emit(pid, `madvise ${this.#aim.range(region)} ${this.#advice(region)}`);
        break;
      case 'mremap':
        this.#mremap(pid, region);
        break;
      case 'munmap':
      case 'mlock':
      case 'munlock':
        this.#emit(pid, `${kind} ${this.#aim.range(region)}`);
        break;
      case 'msync':
        this.#emit(pid, `msync ${this.#aim.range(region)}${this.#dice.chance(0.2) ? ' async' : ''}`);
        break;
      case 'file':
        this.#onFile();
        break;
      case 'look':
        this.#look(pid, region);
        break;
    }
  }

  #mmapNew(pid: number): void {
    const name = String.fromCharCode(65 + this.#regions.length);
    this.#mmap(pid, name, 0, this.#regionPages());
  }

  /** Into a region that exists: over a part of it (fixed), beside it, or where a hole may be. */
  #mmapInto(pid: number, region: Region): void {
    const room = region.extent + 8;
    const at = this.#dice.chance(0.2) ? Math.min(room - 1, this.#aim.page(region)) : this.#dice.below(room);
    const pages = 1 + this.#dice.below(Math.max(1, Math.min(16, room - at)));
    this.#mmap(pid, region.name, at, pages);
  }

  #mmap(pid: number, name: string, at: number, pages: number): void {
    const { thp } = this.#profile;
    const useFile = this.#files.any && this.#dice.chance(0.5);
    const shared = this.#dice.chance(useFile ? 0.55 : 0.25);
    const flags = [shared ? 'shared' : 'private'];
    if (useFile) {
      const file = this.#files.pick();
      const page = this.#dice.chance(0.3) ? this.#dice.below(6) : 0;
      flags.push(`file:${file.name}${page ? `@${page}` : ''}`);
    } else {
      flags.push('anon');
    }
    if (this.#dice.chance(0.15)) flags.push('populate');
    if (this.#dice.chance(0.06)) flags.push('locked');
    if (this.#dice.chance(0.06)) flags.push('noreserve');
    if (at > 0 && this.#dice.chance(0.5)) flags.push('fixed');
    if (thp > 0 && !useFile && this.#dice.chance(thp)) flags.push('thp');
    const prot = this.#dice.pick(['rw', 'rw', 'rw', 'rw', 'rw', 'rw', 'r', 'r', 'none', 'rwx', 'w', 'x']);
    this.#emit(pid, `mmap ${name} ${pages} prot=${prot} flags=${flags.join(',')}${at ? ` at=${at}` : ''}`);
    const known = this.#regions.find((region) => region.name === name);
    if (known) {
      known.extent = Math.max(known.extent, at + pages);
      known.shared ||= shared;
      known.file ||= useFile;
    } else {
      this.#regions.push({ name, extent: at + pages, shared, file: useFile });
    }
  }

  #regionPages(): number {
    if (this.#profile.thp > 0 && this.#dice.chance(this.#profile.thp))
      return this.#dice.pick([HUGE, HUGE, 2 * HUGE, HUGE + 7, 2 * HUGE + 100]);
    // Sometimes across the border of two page tables.
    if (this.#dice.chance(0.06)) return HUGE - 12 + this.#dice.below(40);
    return this.#dice.pick([1, 4, 8, 12, 16, 20, 24, 32, 40]);
  }

  #mremap(pid: number, region: Region): void {
    const [first, end] = this.#aim.bounds(region);
    const count = end - first;
    const same = this.#dice.chance(0.55);
    const pages = same ? count : this.#dice.below(count + 6);
    const range = `${region.name}[${first}..${end}]`;
    if (this.#dice.chance(0.4)) {
      this.#emit(pid, `mremap ${range} - ${pages}`);
      region.extent = Math.max(region.extent, first + pages);
      return;
    }
    const existing = this.#regions.length >= 5 || this.#dice.chance(0.5);
    const target = existing ? this.#dice.pick(this.#regions) : undefined;
    const name = target?.name ?? String.fromCharCode(65 + this.#regions.length);
    const dontUnmap = same && this.#dice.chance(0.3) ? ' dontunmap' : '';
    this.#emit(pid, `mremap ${range} ${name} ${pages}${dontUnmap}`);
    if (target) {
      target.extent = Math.max(target.extent, pages);
      target.shared ||= region.shared;
      target.file ||= region.file;
    } else {
      this.#regions.push({ name, extent: pages, shared: region.shared, file: region.file });
    }
  }

  #fork(pid: number): void {
    if (this.#live.length >= MAX_LIVE || this.#nextPid > 60) return;
    const child = this.#nextPid++;
    this.#emit(pid, `fork ${child}`);
    this.#live.push(child);
    this.#parent.set(child, pid);
  }

  #exit(pid: number): void {
    if (this.#live.length < 2) return;
    this.#emit(pid, 'exit');
    this.#live = this.#live.filter((one) => one !== pid);
    this.#zombies.push(pid);
  }

  #wait(pid: number): void {
    const children = [...this.#live, ...this.#zombies].filter((one) => this.#parent.get(one) === pid);
    if (children.length === 0) return;
    const child = this.#dice.pick(children);
    this.#emit(pid, `wait ${child}`);
    this.#live = this.#live.filter((one) => one !== child);
    this.#zombies = this.#zombies.filter((one) => one !== child);
  }

  #onFile(): void {
    const text = this.#files.operation(() => this.#byte());
    if (text !== null) this.#outside(text);
  }

  /**
   * Huge pages of shared memory and of files are outside the model (docs/kernel.md). A file that MADV_PAGEOUT dropped in
   * part is read again in pieces, whose order the disk decides.
   */
  #advice(region: Region): string {
    const advice = this.#dice.weighted(this.#profile.advices);
    if (advice === 'collapse' && region.shared) return 'dontneed';
    if (advice === 'pageout' && region.file) return 'cold';
    return advice === 'hugepage' && region.file ? 'nohugepage' : advice;
  }

  #look(pid: number, region: Region): void {
    if (this.#dice.chance(0.5)) this.#emit(pid, `smaps ${region.name}`);
    else if (this.#dice.chance(0.3)) this.#emit(pid, `pagemap ${region.name}`);
    else this.#outside('frames c');
  }

  #byte(): number {
    this.#value = (this.#value % 255) + 1;
    return this.#value;
  }

  #emit(pid: number, text: string): void {
    this.#lines.push(`${pid} ${text}`);
  }

  #outside(text: string): void {
    this.#lines.push(`- ${text}`);
  }
}
