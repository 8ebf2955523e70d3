import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandModule } from 'yargs';
import { InputError } from '../core/errors.ts';
import { loadMachine } from '../sim/machine/load.ts';
import { fromSystemError } from './errors.ts';
import { MACHINE_OPTION } from './machine-options.ts';
import { print, writeFileAtomic } from './output.ts';
import { readPage, type SitePage, withStart } from './view/page.ts';
import { servePage } from './view/server.ts';
import { readSource } from './view/source.ts';

interface ViewArguments {
  file: string | undefined;
  machine: string;
  port: number;
  open: boolean;
  static: string | undefined;
  limit: number;
}

/** `pagewalk view [FILE]`: the page, served from this machine or written to a folder. */
export const viewCommand: CommandModule<object, ViewArguments> = {
  command: 'view [file]',
  describe: 'step through a scenario or a trace in the browser, or look at a result there',
  builder: (yargs) =>
    yargs
      .positional('file', {
        type: 'string',
        describe: 'a scenario (.scn), a trace or a result (.json); without it an example',
      })
      .option('machine', { ...MACHINE_OPTION, default: 'lab-tiny' })
      .option('port', {
        type: 'number',
        default: 0,
        requiresArg: true,
        describe: 'of 127.0.0.1; 0 takes a free one',
      })
      .option('open', { type: 'boolean', default: false, describe: 'open the browser too' })
      .option('static', {
        type: 'string',
        requiresArg: true,
        describe: 'write the page to this folder instead of serving it: any web server can host it',
      })
      .option('limit', {
        type: 'number',
        default: 2000,
        requiresArg: true,
        describe: 'accesses to take of a trace',
      })
      .example('$0 view traces/scenarios/private-anon-fork.scn', 'watch copy-on-write happen')
      .example('$0 view result.json', 'where the cycles of a run went, in pictures')
      .example('$0 view --static site', 'a folder for a course to host'),
  handler: async (options) => {
    checkNumbers(options);
    const { machine } = await loadMachine(options.machine);
    const source = options.file === undefined ? undefined : await readSource(options.file, options.limit);
    const page = withStart(await readPage(), { machine, ...(source && { source }) });
    if (options.static === undefined) await serve(page, options);
    else await writeSite(page, options.static);
  },
};

async function writeSite(page: SitePage, folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw fromSystemError(error, folder) ?? error;
  }
  for (const [name, content] of page) await writeFileAtomic(join(folder, name), content);
  await print(`${join(folder, 'index.html')}\n`);
}

/** Serves until the process is told to end: Ctrl-C is how that is done, and no failure. */
async function serve(page: SitePage, { port, open }: ViewArguments): Promise<void> {
  const server = await servePage(page, port);
  await print(`${server.url}\n`);
  process.stderr.write('Ctrl-C ends it\n');
  if (open) openBrowser(server.url);
  process.removeAllListeners('SIGINT');
  await Promise.race([once(process, 'SIGINT'), server.closed]);
  server.close();
}

/** The system's way to open a page; without one the address that was printed must do. */
function openBrowser(url: string): void {
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['open']
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '']
        : ['xdg-open'];
  const child = spawn(command!, [...args, url], { stdio: 'ignore', detached: true });
  child.on('error', () => process.stderr.write(`pagewalk: no way to open a browser here: open ${url}\n`));
  child.unref();
}

function checkNumbers({ port, limit }: ViewArguments): void {
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new InputError(`--port takes 0 to 65535, not '${port}'`);
  if (!Number.isSafeInteger(limit) || limit < 1)
    throw new InputError(`--limit takes a number of accesses, not '${limit}'`, {
      remedy: 'for example --limit 2000',
    });
}
