import { useRef } from 'preact/hooks';
import { keep } from './keep.ts';

/** The value of a render, its unchanged parts those of the render before ({@link keep}). */
export function useKept<T>(value: T): T {
  const before = useRef(value);
  before.current = keep(before.current, value);
  return before.current;
}
