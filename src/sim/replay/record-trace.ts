import { LinuxSide } from '../linux-side.ts';
import type { Machine } from '../machine/machine.ts';
import { costsFor } from './costs.ts';
import { machineForReplay, RecordingMachine } from './machine.ts';
import { PLAIN_NAMES } from './names.ts';
import { Recording } from './recording.ts';
import type { TraceScript } from './trace-script.ts';

/** Who runs when a trace names no process. */
const FIRST_PID = 1;

/** Records the beginning of a trace on a machine, under Linux as `pagewalk run --kernel linux` has it. */
export function recordTrace(script: TraceScript, machine: Machine): Recording {
  const recorder = new RecordingMachine(machineForReplay(machine), costsFor(machine), false);
  const side = recorder.setup(() => {
    const linux = new LinuxSide(recorder.kernel, script.mapped);
    if (!script.mapped) linux.rootOf(FIRST_PID);
    return linux;
  });
  recorder.onFault = (pid, fault) => side.handleFault(pid, fault);
  function* operations(): Generator<void> {
    let pid = FIRST_PID;
    for (const [index, operation] of script.operations.entries()) {
      const { text } = operation;
      const sentence = `${text}.`;
      if (operation.kind === 'event') {
        const { event } = operation;
        recorder.beginOperation({ line: index + 1, text, sentence, pid: 'pid' in event ? event.pid : 0 });
        if (event.kind === 'switch') pid = event.pid;
        else side.apply(event);
        recorder.endOperation({});
      } else {
        recorder.beginOperation({ line: index + 1, text, sentence, pid });
        side.rootOf(pid);
        const { vpn, offset, type } = operation;
        const reached = recorder.run(pid, vpn, offset, type);
        const signal = typeof reached === 'object' ? { sig: reached.signal, code: reached.code } : {};
        recorder.endOperation(signal);
      }
      yield;
    }
  }
  return new Recording(recorder, PLAIN_NAMES, script.operations.length, operations());
}
