import type { LabResult, QuestionResult } from './grade.ts';

/** One suite of a JUnit file: a graded submission, or why it could not be graded. */
export interface Suite {
  readonly name: string;
  readonly result: LabResult | null;
  readonly problem: string | null;
}

/**
 * JUnit XML as CI systems and autograders read it: a suite is a submission, a test case a question. Anything below
 * full marks is a failure whose text is the reason; a submission that cannot be graded is one error.
 */
export function junitXml(suites: readonly Suite[]): string {
  const lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites name="pagewalk lab">'];
  for (const { name, result, problem } of suites) {
    if (result === null) {
      lines.push(
        `  <testsuite name="${escaped(name)}" tests="1" failures="0" errors="1">`,
        `    <testcase classname="${escaped(name)}" name="submission">`,
        `      <error message="${escaped(problem ?? '')}"/>`,
        '    </testcase>',
        '  </testsuite>',
      );
      continue;
    }
    const failures = result.questions.filter(({ verdict }) => verdict !== 'right').length;
    lines.push(
      `  <testsuite name="${escaped(name)}" tests="${result.questions.length}" failures="${failures}" errors="0">`,
      '    <properties>',
      `      <property name="marks" value="${result.marks}"/>`,
      `      <property name="points" value="${result.points}"/>`,
      `      <property name="variant" value="${result.seed}"/>`,
      '    </properties>',
      ...result.questions.flatMap((question) => testCase(result.lab, question)),
      '  </testsuite>',
    );
  }
  lines.push('</testsuites>');
  return `${lines.join('\n')}\n`;
}

function testCase(lab: string, { id, marks, points, verdict, reason, mistake }: QuestionResult): string[] {
  const open = `    <testcase classname="${escaped(lab)}" name="${escaped(id)}"`;
  if (verdict === 'right') return [`${open}/>`];
  const type = mistake ?? verdict;
  return [
    `${open}>`,
    `      <failure type="${escaped(type)}" message="${escaped(`${marks} of ${points}: ${reason}`)}"/>`,
    '    </testcase>',
  ];
}

/** For an attribute value; control characters, which XML 1.0 cannot hold, become spaces. */
function escaped(text: string): string {
  return text
    .replace(/[\u0000-\u001f]/g, ' ')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;');
}
