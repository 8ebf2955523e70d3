const KEY = 'pagewalk-theme';
const system = matchMedia('(prefers-color-scheme: dark)');

/** Whether the page is dark: as chosen here before, else as the system has it. */
export function isDark(): boolean {
  const chosen = storage()?.getItem(KEY);
  return chosen ? chosen === 'dark' : system.matches;
}

export function setDark(dark: boolean): void {
  // What the system has already need not be remembered: the page then follows it.
  if (dark === system.matches) storage()?.removeItem(KEY);
  else storage()?.setItem(KEY, dark ? 'dark' : 'light');
  applyTheme();
}

export function applyTheme(): void {
  document.documentElement.dataset.theme = isDark() ? 'dark' : 'light';
}

export function onSystemTheme(listener: () => void): () => void {
  system.addEventListener('change', listener);
  return () => system.removeEventListener('change', listener);
}

/** Pages from a file, or with cookies forbidden, have none. */
function storage(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}
