import { render } from 'preact';
import { App } from './app.tsx';
import { applyTheme } from './model/theme.ts';

applyTheme();
const root = document.getElementById('app')!;
root.replaceChildren();
render(<App />, root);
