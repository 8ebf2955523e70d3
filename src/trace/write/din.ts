import { FETCH, LOAD, STORE } from '../../core/access.ts';
import { MODIFY } from '../access-cursor.ts';
import type { AccessFormat } from './access-writer.ts';

/** Extended din (Dinero IV, -informat D): letter, hex address, hex size. A modify is a read, then a write. */
export function dinFormat(): AccessFormat {
  const letters = { [FETCH]: 'i ', [LOAD]: 'r ', [STORE]: 'w ' };
  return {
    access({ type, high, low, size }, to) {
      for (const part of type === MODIFY ? [LOAD, STORE] : [type]) {
        to.text(letters[part as typeof FETCH]);
        to.hex(high, low, 1);
        to.byte(0x20);
        to.hex(0, size, 1);
        to.byte(0x0a);
      }
    },
  };
}
