import type { AccessFormat } from './access-writer.ts';

const PREFIXES = ['I  ', ' L ', ' S ', ' M '] as const;

/**
 * Lackey's own spelling. It has one process and no mappings: other events are left out, and what the kernel accessed
 * is left out too, as Valgrind does not see it.
 */
export function lackeyFormat(): AccessFormat {
  return {
    access({ type, high, low, size, byKernel }, to) {
      if (byKernel) return;
      to.text(PREFIXES[type]!);
      to.hex(high, low, 8);
      to.text(',');
      to.decimal(size);
      to.byte(0x0a);
    },
    event(event, to) {
      if (event.kind === 'switch') to.text(`==${event.pid}== process ${event.pid} runs\n`);
    },
  };
}
