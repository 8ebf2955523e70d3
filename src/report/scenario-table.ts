import type { Answer } from '../sim/scenario/execute.ts';
import type { Scenario } from '../sim/scenario/script.ts';
import { boxed } from './box.ts';

/** A scenario run as people want to read it: one row an operation, pictures of frames spelled out below their row. */
export function scenarioTable(scenario: Scenario, answers: readonly Answer[]): string {
  const rows = [['line', 'operation', 'result', 'what happened', 'minor', 'major', 'present']];
  const pictures: string[] = [];
  for (const answer of answers) {
    rows.push([
      String(answer.line),
      String(answer.cmd),
      resultOf(answer),
      happened(answer),
      count(answer.minflt),
      count(answer.majflt),
      signed(answer.dpresent),
    ]);
    const picture = pictureOf(answer);
    if (picture) pictures.push(`line ${answer.line}: ${answer.cmd}\n${picture}`);
  }
  const table = boxed(rows, ['right', 'left', 'left', 'left', 'right', 'right', 'right']);
  const files = scenario.files.map(
    ({ name, bytes, tmpfs }) => `file ${name}: ${bytes} bytes on ${tmpfs ? 'tmpfs' : 'ext4'}`,
  );
  return `${[...files, table, ...pictures].join('\n')}\n`;
}

function resultOf(answer: Answer): string {
  if (answer.errno) return String(answer.errno);
  if (answer.sig) return `${answer.sig} ${answer.code}`;
  if (answer.val !== undefined) return `= ${answer.val}`;
  if (answer.sum !== undefined) return `sum ${answer.sum}`;
  if (answer.cached !== undefined) return `${answer.cached} pages`;
  return answer.ok ? 'ok' : '';
}

/** `copy  A -> A, mapped 1x`: the page before and after an access. */
function happened(answer: Answer): string {
  if (answer.act === undefined) return '';
  if (answer.act === 'hit') return `hit    ${answer.after}${mapped(answer)}`;
  return `${String(answer.act).padEnd(8)} ${answer.before} -> ${answer.after}${mapped(answer)}`;
}

function mapped(answer: Answer): string {
  return answer.mapcount ? `, mapped ${answer.mapcount}x` : '';
}

function count(value: unknown): string {
  return value ? String(value) : '';
}

function signed(value: unknown): string {
  return typeof value === 'number' && value !== 0 ? `${value > 0 ? '+' : ''}${value}` : '';
}

function pictureOf(answer: Answer): string | undefined {
  if (answer.frames) return framesPicture(answer.frames as Record<string, Record<string, string[]>>);
  if (answer.pages) return `  ${runs(answer.pages as string[])}`;
  if (answer.smaps) {
    const fields = Object.entries(answer.smaps as Record<string, unknown>).filter(([, value]) => value !== 0);
    return `  ${fields.map(([name, value]) => `${name} ${value}`).join(', ')}`;
  }
  return undefined;
}

/** Each process's pages, and which frames more than one of them maps. */
function framesPicture(frames: Record<string, Record<string, string[]>>): string {
  const owners = new Map<string, Set<string>>();
  const lines: string[] = [];
  for (const [pid, regions] of Object.entries(frames))
    for (const [region, pages] of Object.entries(regions)) {
      lines.push(`  process ${pid} ${region}: ${runs(pages)}`);
      for (const page of pages) {
        const frame = /^[AF]\d+/.exec(page)?.[0];
        if (frame) owners.set(frame, (owners.get(frame) ?? new Set()).add(pid));
      }
    }
  const shared = [...owners]
    .filter(([, pids]) => pids.size > 1)
    .map(([frame, pids]) => `${frame} (${[...pids].join(', ')})`);
  if (shared.length > 0) lines.push(`  shared between processes: ${shortened(shared)}`);
  return lines.join('\n');
}

/** `. . . A3x` as `3 x .  A3x`: equal neighbours in one. */
function runs(pages: readonly string[]): string {
  const parts: string[] = [];
  for (let i = 0; i < pages.length; ) {
    let end = i;
    while (end < pages.length && pages[end] === pages[i]) end++;
    parts.push(end - i > 2 ? `${end - i} x ${pages[i]}` : pages.slice(i, end).join(' '));
    i = end;
  }
  return shortened(parts, ' ');
}

function shortened(parts: readonly string[], separator = ', '): string {
  const most = 40;
  return parts.length > most
    ? `${parts.slice(0, most).join(separator)}${separator}... ${parts.length - most} more`
    : parts.join(separator);
}
