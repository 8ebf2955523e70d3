import { useEffect, useRef } from 'preact/hooks';
import type { Grain } from './player.ts';

interface KeyActions {
  /** By a grain of its own, or by the one chosen. */
  readonly move: (grain: Grain | undefined, direction: 1 | -1) => void;
  readonly toStart: () => void;
  readonly toEnd: () => void;
  readonly play: () => void;
  readonly edit: () => void;
  readonly help: () => void;
}

/** The keys of the page (panels/help.tsx lists them); fields and open dialogs keep theirs. */
export function useKeys(actions: KeyActions): void {
  const current = useRef(actions);
  current.current = actions;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || keepsKey(event)) return;
      const action = actionOf(event, current.current);
      if (!action) return;
      event.preventDefault();
      action();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}

function actionOf({ key, shiftKey }: KeyboardEvent, actions: KeyActions): (() => void) | undefined {
  const { move } = actions;
  const sideways = shiftKey ? 'access' : undefined;
  switch (key) {
    case 'ArrowRight':
      return () => move(sideways, 1);
    case 'ArrowLeft':
      return () => move(sideways, -1);
    case 'ArrowDown':
      return () => move('line', 1);
    case 'ArrowUp':
      return () => move('line', -1);
    case '.':
      return () => move('cycle', 1);
    case ',':
      return () => move('cycle', -1);
    case ' ':
      return actions.play;
    case 'Home':
      return actions.toStart;
    case 'End':
      return actions.toEnd;
    case 'e':
    case 'E':
      return actions.edit;
    case '?':
      return actions.help;
    default:
      return undefined;
  }
}

/** Whether what has the focus uses this key itself. */
function keepsKey({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest('dialog, textarea, select')) return true;
  if (target instanceof HTMLInputElement)
    return target.type !== 'radio' || key === ' ' || key.startsWith('Arrow');
  return key === ' ' && target.closest('button, summary, a') !== null;
}
