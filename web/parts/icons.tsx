import type { JSX } from 'preact';

function Icon({ path, filled = false }: { path: string; filled?: boolean }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={path} class={filled ? 'fill' : 'stroke'} />
    </svg>
  );
}

/** Writable: an open padlock; write-protected: a closed one. */
export function Padlock({ open }: { open: boolean }): JSX.Element {
  return (
    <svg class={`icon lock ${open ? 'open' : 'shut'}`} viewBox="0 0 16 16" aria-hidden="true">
      <rect x="3" y="7" width="10" height="7" rx="1.5" class="fill" />
      <path d={open ? 'M5.5 7V4.6a2.6 2.6 0 0 1 5-1' : 'M5.2 7V5a2.8 2.8 0 0 1 5.6 0v2'} class="stroke" />
    </svg>
  );
}

export const First = () => <Icon path="M4 3v10M13 3 6.5 8 13 13Z" filled />;
export const Last = () => <Icon path="M12 3v10M3 3l6.5 5L3 13Z" filled />;
export const Back = () => <Icon path="M11.5 3 5 8l6.5 5Z" filled />;
export const Forth = () => <Icon path="M4.5 3 11 8l-6.5 5Z" filled />;
export const Play = () => <Icon path="M4 2.5 13 8l-9 5.5Z" filled />;
export const Pause = () => <Icon path="M4 3h3v10H4ZM9 3h3v10H9Z" filled />;
export const Sun = () => (
  <Icon path="M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6ZM8 1v1.6M8 13.4V15M1 8h1.6M13.4 8H15M3 3l1.2 1.2M11.8 11.8 13 13M13 3l-1.2 1.2M4.2 11.8 3 13" />
);
export const Moon = () => <Icon path="M13 9.6A5.6 5.6 0 0 1 6.4 3 5.6 5.6 0 1 0 13 9.6Z" />;
export const LinkIcon = () => (
  <Icon path="M6.6 9.4a2.6 2.6 0 0 0 3.7 0l2.2-2.2a2.6 2.6 0 0 0-3.7-3.7l-.8.8M9.4 6.6a2.6 2.6 0 0 0-3.7 0L3.5 8.8a2.6 2.6 0 0 0 3.7 3.7l.8-.8" />
);
export const Folder = () => <Icon path="M2 12.5v-9h4l1.5 1.8H14v7.2Z" />;
