import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { boot } from '../model/boot.ts';
import { Folder, LinkIcon, Moon, Sun } from '../parts/icons.tsx';

interface HeaderProps {
  readonly name: string;
  /** Undefined where nothing runs: a result has its own. */
  readonly machine: string | undefined;
  readonly dark: boolean;
  readonly onExample: (name: string) => void;
  readonly onMachine: (name: string) => void;
  readonly onFile: (file: File) => void;
  readonly onShare: () => Promise<string>;
  readonly onTheme: () => void;
  readonly onHelp: () => void;
}

/** Name of the page, and what to run on what. */
export function Header(props: HeaderProps): JSX.Element {
  const { name, machine, dark, onExample, onMachine, onFile, onShare, onTheme, onHelp } = props;
  const file = useRef<HTMLInputElement>(null);
  const [shared, setShared] = useState('');
  const isExample = boot.examples.some((example) => example.name === name);
  const share = async () => {
    setShared(await onShare());
    setTimeout(() => setShared(''), 4000);
  };
  return (
    <header class="top">
      <h1>
        <svg viewBox="0 0 32 32" aria-hidden="true">
          <rect width="32" height="32" rx="7" />
          <path d="M7 9h6v5h6v5h6v5" />
        </svg>
        pagewalk
      </h1>
      <label class="pick">
        <span>Scenario</span>
        <select
          aria-label="Scenario"
          value={isExample ? name : ''}
          onChange={({ currentTarget }) => onExample(currentTarget.value)}
        >
          {!isExample && <option value="">{name}</option>}
          {boot.examples.map((example) => (
            <option key={example.name} value={example.name}>
              {example.name.replaceAll('-', ' ')}
            </option>
          ))}
        </select>
      </label>
      {machine !== undefined && (
        <label class="pick">
          <span>Machine</span>
          <select
            aria-label="Machine"
            value={machine}
            onChange={({ currentTarget }) => onMachine(currentTarget.value)}
          >
            {Object.values(boot.machines).map((one) => (
              <option key={one.name} value={one.name} title={one.description}>
                {one.name}
              </option>
            ))}
          </select>
        </label>
      )}
      <div class="tools">
        <button
          type="button"
          onClick={() => file.current?.click()}
          title="Open a scenario, a trace or a result"
        >
          <Folder /> <span class="label">Open</span>
        </button>
        <input
          ref={file}
          type="file"
          hidden
          aria-label="Open a scenario, a trace or a result"
          onChange={({ currentTarget }) => {
            const chosen = currentTarget.files?.[0];
            if (chosen) onFile(chosen);
            currentTarget.value = '';
          }}
        />
        <button type="button" onClick={share} title="Copy a link to this scenario and this step">
          <LinkIcon /> <span class="label">Link</span>
        </button>
        <button
          type="button"
          onClick={onTheme}
          title={dark ? 'Light colours' : 'Dark colours'}
          aria-label={dark ? 'Light colours' : 'Dark colours'}
        >
          {dark ? <Sun /> : <Moon />}
        </button>
        <button type="button" onClick={onHelp} title="Help (?)" aria-label="Help">
          ?
        </button>
      </div>
      <p class="shared" role="status">
        {shared}
      </p>
    </header>
  );
}
