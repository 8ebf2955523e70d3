#!/usr/bin/env node
import { existsSync } from 'node:fs';

const main = new URL('../dist/program/main.js', import.meta.url);
if (existsSync(main)) await import(main.href);
else {
  console.error('pagewalk: not built yet\n  try: npm ci');
  process.exitCode = 2;
}
