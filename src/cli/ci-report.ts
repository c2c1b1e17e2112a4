import type { CiFinding, CiPass } from '../broker/administration/ci-report.js';

/**
 * The report that GitLab shows in a merge request (docs.gitlab.com/ci/testing/code_quality, Code Quality report format). A finding's fingerprint
 * tells it from another; the same refusal in two pipelines has the same one.
 */
export function formatCodeQuality(findings: readonly CiFinding[]): string {
  const issues = findings.map(({ code, file, fingerprint, text }) => ({
    description: text,
    check_name: `outloop/${code}`,
    fingerprint,
    severity: 'major',
    location: { path: file, lines: { begin: 1 } },
  }));
  return `${JSON.stringify(issues, null, 2)}\n`;
}

/** The same as JUnit's XML, which most CIs read: a test case for each, and for each run that went well. */
export function formatJunit(findings: readonly CiFinding[], passed: readonly CiPass[]): string {
  const open = ({ alias, run }: CiPass) => `    <testcase classname="outloop" name="${escapeXml(`${alias ?? 'run'} ${run}`)}"`;
  const cases = [
    ...findings.map(
      (finding) =>
        `${open(finding)}>\n      <failure type="${escapeXml(finding.code)}" message="${escapeXml(finding.text)}"/>\n    </testcase>\n`,
    ),
    ...passed.map((pass) => `${open(pass)}/>\n`),
  ];
  const counts = `tests="${cases.length}" failures="${findings.length}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n  <testsuite name="outloop" ${counts}>\n${cases.join('')}  </testsuite>\n</testsuites>\n`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

/** What XML 1.0 has no way to write (section 2.2) becomes a question mark. */
function escapeXml(text: string): string {
  return text
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, '?')
    .replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
    .replaceAll(/[\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}
