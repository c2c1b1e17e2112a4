import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatLinkFile, parseLinkFile } from '../../src/link/link-file.js';
import type { LinkId, ProjectName, TenantName } from '../../src/model/ids.js';
import { LINK_FILES, LINK_ID } from '../vectors/link-files.js';

const read = (text: string) => parseLinkFile(Buffer.from(text, 'utf8'));

describe('a link file', () => {
  it.each(LINK_FILES.filter(([, , expected]) => expected === 'ok'))('%s is read', (_, text) => {
    expect(read(text)).toEqual({ kind: 'ok', link: LINK_ID, tenant: 'acme', project: 'website' });
  });

  it.each(LINK_FILES.filter(([, , expected]) => expected !== 'ok'))('%s is refused, with the line', (_, text, line) => {
    expect(read(text)).toMatchObject({ kind: 'invalid', line });
  });

  it('that is not UTF-8 is refused, with the line', () => {
    const bytes = Buffer.concat([Buffer.from('version: 1\n# '), Buffer.from([0xc3, 0x28]), Buffer.from('\n')]);
    expect(parseLinkFile(bytes)).toMatchObject({ kind: 'invalid', line: 2 });
  });

  it('is read back as it was written', () => {
    const fields = { link: LINK_ID as LinkId, tenant: 'acme' as TenantName, project: 'website' as ProjectName };
    expect(read(formatLinkFile(fields))).toEqual({ kind: 'ok', ...fields });
  });

  it('of random bytes is refused and nothing is thrown', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 5_000 }), (bytes) => void expect(parseLinkFile(bytes).kind).toBe('invalid')));
  });

  it('of random lines never says more than the four keys do', () => {
    const line = fc.oneof(
      fc.constantFrom('version: 1', `link: ${LINK_ID}`, 'tenant: acme', 'project: website', 'tenant: evil', '# x', ''),
      fc.string(),
    );
    const property = fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
      const parsed = read(lines.join('\n'));
      if (parsed.kind === 'ok') expect(lines.filter((text) => text.startsWith('tenant:'))).toHaveLength(1);
      else expect(parsed.line).toBeLessThanOrEqual(lines.join('\n').split('\n').length);
    });
    fc.assert(property, { numRuns: 2_000 });
  });

  it('that is refused is not quoted', () => {
    for (const [, text] of LINK_FILES) {
      const parsed = read(`${text}\nhunter2: hunter2`);
      expect(JSON.stringify(parsed)).not.toContain('hunter2');
    }
  });
});
