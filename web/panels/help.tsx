import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

const KEYS: readonly (readonly [keys: string, does: string])[] = [
  ['← →', 'back and forth by the grain chosen (line, access, step, cycle)'],
  ['↑ ↓', 'by lines of the script'],
  ['Shift ← →', 'by accesses'],
  [', .', 'by cycles'],
  ['Space', 'play, pause'],
  ['Home End', 'to the start, to the end'],
  ['E', 'edit the scenario'],
  ['?', 'this help'],
];

/** Keys, and what is on the page. */
export function HelpDialog({ onClose }: { onClose: () => void }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="help-title">
      <h2 id="help-title">How to use this page</h2>
      <p>
        A scenario (or the beginning of a trace) runs on a model of memory-management hardware with Linux on
        top. Every TLB lookup, page-table entry read, decision of the kernel and piece of its work is a step;
        you can go to any of them, forwards and backwards. Choose an example, write a scenario of your own, or
        drop a file anywhere: a scenario (.scn), a Valgrind lackey log, or a trace recorded by pagewalk.
      </p>
      <dl>
        {KEYS.map(([keys, does]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <p>
        Colours stand for processes, wherever they appear; their numbers stand beside them. An open padlock is
        write permission, a closed one is write protection. What the last step changed has a yellow frame.
      </p>
      <form method="dialog">
        <button type="submit" class="primary">
          Close
        </button>
      </form>
    </dialog>
  );
}
