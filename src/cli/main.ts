import { watchProcess } from './process-events.ts';
import { runProgram } from './program.ts';

watchProcess();
process.exitCode = await runProgram(process.argv.slice(2));
