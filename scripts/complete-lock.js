// Completes package-lock.json after `npm install`: an optional package for another platform that the registry at hand
// does not carry is left out of the lock, and then `npm ci` refuses the lock as out of step. Such packages are entered
// with their version and platform; npm fetches them only on that platform. Run by `npm run lock`.
import { readFileSync, writeFileSync } from 'node:fs';

const FILE = new URL('../package-lock.json', import.meta.url);
const SYSTEMS = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
];
const PROCESSORS = [
  'arm64',
  'arm',
  'ia32',
  'loong64',
  'mips64el',
  'ppc64',
  'riscv64',
  's390x',
  'x64',
  'wasm32',
];

const lock = JSON.parse(readFileSync(FILE, 'utf8'));
const entered = [];
for (const [path, { optionalDependencies = {}, dev }] of Object.entries(lock.packages))
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const nested = `${path}/node_modules/${name}`;
    const top = `node_modules/${name}`;
    if (lock.packages[nested] || lock.packages[top] || !/^\d/.test(version)) continue;
    const words = name.split(/[-/]/);
    const system = SYSTEMS.find((word) => words.includes(word));
    const processor = PROCESSORS.find((word) => words.includes(word));
    if (system === undefined || processor === undefined)
      throw new Error(`${name}: no platform in its name; enter it in package-lock.json by hand`);
    lock.packages[top] = {
      version,
      cpu: [processor],
      ...(dev && { dev: true }),
      ...(words.some((word) => word.startsWith('musl')) && { libc: ['musl'] }),
      ...(words.some((word) => word.startsWith('gnu')) && { libc: ['glibc'] }),
      optional: true,
      os: [system],
    };
    entered.push(`${name}@${version}`);
  }
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
console.log(entered.length > 0 ? `entered ${entered.join(', ')}` : 'package-lock.json is complete');
