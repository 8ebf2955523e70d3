import { formatAddress } from '../core/addr.ts';
import type { TraceEvent } from './event.ts';

/** A process event as one line of text. */
export function eventText(event: TraceEvent): string {
  switch (event.kind) {
    case 'switch':
      return `${event.pid} runs${event.tid === undefined ? '' : `, thread ${event.tid}`}`;
    case 'start':
      return `${event.pid} exists: ${event.name ?? ''}`;
    case 'file':
      return `file ${event.file} is ${event.path} (${event.bytes} bytes${event.tmpfs ? ', tmpfs' : ''})`;
    case 'mmap': {
      const { backing } = event;
      const from = backing.kind === 'file' ? `file ${backing.file} page ${backing.pageOffset}` : 'anonymous';
      const notes = [event.role, event.populate && 'populate', event.thp && 'thp'].filter(Boolean).join(' ');
      const prot = event.prot === '' ? 'none' : event.prot;
      return `${event.pid} mmap ${range(event)} ${prot} ${event.shared ? 'shared' : 'private'} ${from} ${notes}`.trim();
    }
    case 'munmap':
      return `${event.pid} munmap ${range(event)}`;
    case 'mprotect':
      return `${event.pid} mprotect ${range(event)} ${event.prot === '' ? 'none' : event.prot}`;
    case 'mremap':
      return `${event.pid} mremap ${range(event)} to ${range({ vpn: event.newVpn, pages: event.newPages })}`;
    case 'madvise':
      return `${event.pid} madvise ${range(event)} ${event.advice}`;
    case 'brk':
      return `${event.pid} brk ${formatAddress(event.endVpn, 0)}`;
    case 'fork':
      return `${event.pid} ${event.vm === undefined ? 'fork' : event.vm === 'vfork' ? 'vfork' : 'clone'} ${event.child}`;
    case 'exec':
      return `${event.pid} exec ${event.name}`;
    case 'exit':
      return `${event.pid} exit${event.status === undefined ? '' : ` ${event.status}`}`;
    case 'wait':
      return `${event.pid} wait ${event.child}`;
  }
}

function range({ vpn, pages }: { vpn: number; pages: number }): string {
  return `${formatAddress(vpn, 0)}-${formatAddress(vpn + pages, 0)}`;
}
