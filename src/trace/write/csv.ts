import type { AccessFormat } from './access-writer.ts';

const NAMES = ['fetch', 'load', 'store', 'modify'] as const;

/** One access a line; `pid` is empty while the trace names no process. */
export function csvFormat(): AccessFormat {
  let pid = '';
  return {
    begin: (to) => to.text('type,address,size,pid\n'),
    access({ type, high, low, size }, to) {
      to.text(NAMES[type]!);
      to.text(',0x');
      to.hex(high, low, 1);
      to.byte(0x2c);
      to.decimal(size);
      to.byte(0x2c);
      to.text(pid);
      to.byte(0x0a);
    },
    event(event) {
      if (event.kind === 'switch') pid = String(event.pid);
    },
  };
}
