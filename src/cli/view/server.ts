import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
import { InputError } from '../../core/errors.ts';
import type { SitePage } from './page.ts';

export interface PageServer {
  readonly url: string;
  /** Resolves when the server has ended. */
  readonly closed: Promise<void>;
  close(): void;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

/** The page needs nothing but its own files, and no other page may frame it. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; frame-ancestors 'none'";

/**
 * Serves the page on 127.0.0.1, to this machine only.
 * @param port 0 takes a free one
 * @throws InputError when the port cannot be had
 */
export async function servePage(page: SitePage, port: number): Promise<PageServer> {
  const server = createServer(({ method, url = '/' }, response) => {
    const path = url.split('?')[0]!;
    const name = path === '/' ? 'index.html' : path.slice(1);
    const content = page.get(name);
    const known = method === 'GET' || method === 'HEAD';
    if (content === undefined || !known) {
      response.writeHead(known ? 404 : 405, { 'content-type': 'text/plain; charset=utf-8' });
      response.end(known ? 'not found\n' : 'only GET\n');
      return;
    }
    response.writeHead(200, {
      'content-type': TYPES[extname(name)],
      'cache-control': 'no-cache',
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
    });
    response.end(method === 'HEAD' ? undefined : content);
  });
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    throw new InputError(
      code === 'EADDRINUSE' ? `port ${port} is in use` : `port ${port} cannot be had (${code})`,
      { remedy: 'leave --port away: a free one is taken' },
    );
  }
  const closed = once(server, 'close').then(() => undefined);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    closed,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
