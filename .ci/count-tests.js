// Prints `passed failed` of a vitest JSON report. Skipped tests count as failed, and so does a run that broke off.
import { readFileSync } from 'node:fs';

const [, , file, status] = process.argv;
let passed = 0;
let failed = 0;
try {
  const report = JSON.parse(readFileSync(file, 'utf8'));
  passed = report.numPassedTests;
  failed = report.numTotalTests - report.numPassedTests;
  for (const { name, assertionResults } of report.testResults)
    for (const test of assertionResults)
      if (test.status !== 'passed') console.error(`${test.status}: ${name}: ${test.fullName}`);
} catch (error) {
  console.error(`no test report: ${error.message}`);
}
if (failed === 0 && (Number(status) !== 0 || passed === 0)) failed = 1;
console.log(passed, failed);
