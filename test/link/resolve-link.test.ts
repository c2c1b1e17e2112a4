import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDenial } from '../../src/denial/denial.js';
import { formatLinkFile } from '../../src/link/link-file.js';
import { planLink, type LinkPlan } from '../../src/link/register-link.js';
import type { LinkWish } from '../../src/link/register-link.js';
import { NO_LINKS, addLink, formatRegistry, readRegistry, removeLink } from '../../src/link/registry.js';
import type { LinkEntry, Registry } from '../../src/link/registry.js';
import { resolveLink } from '../../src/link/resolve-link.js';
import type { LinkId, ProjectName, TenantName } from '../../src/model/ids.js';
import type { LinkEvidence, LinkFile } from '../../src/model/link.js';
import { LINK_ID } from '../vectors/link-files.js';

const FIELDS = { link: LINK_ID as LinkId, tenant: 'acme' as TenantName, project: 'website' as ProjectName };
const BYTES = Buffer.from(formatLinkFile(FIELDS));
const DIRECTORY = '/home/ada/clients/acme';
const TIME = '2026-11-23T10:00:00.000Z';
const ENTRY: LinkEntry = {
  id: FIELDS.link,
  tenant: FIELDS.tenant,
  project: FIELDS.project,
  directory: DIRECTORY,
  device: '5',
  inode: '77',
  sha256: createHash('sha256').update(BYTES).digest('hex'),
  time: TIME,
};
const REGISTRY: Registry = { links: [ENTRY] };
const found = (more: Partial<Extract<LinkFile, { kind: 'found' }>> = {}): LinkEvidence => ({
  cwd: `${DIRECTORY}/src`,
  file: { kind: 'found', directory: DIRECTORY, device: '5', inode: '77', bytes: BYTES, ...more },
});
const codeOf = (evidence: LinkEvidence, registry = REGISTRY): string => {
  const link = resolveLink(evidence, registry);
  return isDenial(link) ? link.code : link.tenant;
};

describe('a link', () => {
  it('that is registered for this very folder with these very bytes gives its tenant and project', () => {
    expect(resolveLink(found(), REGISTRY)).toEqual({ id: LINK_ID, tenant: 'acme', project: 'website', directory: DIRECTORY, inode: '77' });
  });

  it.each<[string, LinkEvidence, string]>([
    ['the device is another one, as after a boot', found({ device: '6' }), 'acme'],
    ['the current folder is gone', { cwd: null, file: { kind: 'none' } }, 'LINK_NOT_FOUND'],
    ['there is no file', { cwd: '/', file: { kind: 'none' } }, 'LINK_NOT_FOUND'],
    ['the file is a symlink', { cwd: '/', file: { kind: 'untrusted', directory: DIRECTORY, why: 'symlink' } }, 'LINK_UNTRUSTED_PATH'],
    ['it was copied to another folder', found({ directory: '/home/ada/other', inode: '78' }), 'LINK_NOT_APPROVED'],
    ['the folder was moved', found({ directory: '/home/ada/other' }), 'LINK_NOT_APPROVED'],
    ['another folder stands in its place', found({ inode: '78' }), 'LINK_NOT_APPROVED'],
    ['another folder with another file stands in its place', found({ inode: '78', bytes: Buffer.from('x') }), 'LINK_NOT_APPROVED'],
    ['it is nested in the linked folder', found({ directory: `${DIRECTORY}/src`, inode: '79' }), 'LINK_NOT_APPROVED'],
    ['it cannot be read as a link and the folder is unknown', found({ directory: '/x', bytes: Buffer.from('?') }), 'LINK_NOT_APPROVED'],
    ['it was edited', found({ bytes: Buffer.concat([BYTES, Buffer.from('\n')]) }), 'LINK_CHANGED'],
    ['it cannot be read as a link in the linked folder', found({ bytes: Buffer.from('?') }), 'LINK_CHANGED'],
    ['it was emptied', found({ bytes: Buffer.alloc(0) }), 'LINK_CHANGED'],
  ])('where %s', (_, evidence, expected) => {
    expect(codeOf(evidence)).toBe(expected);
  });

  it('is LINK_NOT_APPROVED with an empty registry', () => {
    expect(codeOf(found(), NO_LINKS)).toBe('LINK_NOT_APPROVED');
  });

  it('names the folder in its denial', () => {
    expect(resolveLink(found({ inode: '1' }), REGISTRY)).toMatchObject({ facts: { directory: DIRECTORY } });
    const file: LinkFile = { kind: 'untrusted', directory: DIRECTORY, why: 'too-large' };
    expect(resolveLink({ cwd: '/', file }, REGISTRY)).toMatchObject({ facts: { directory: DIRECTORY, detail: 'it is over 4 KiB' } });
  });

  it('is CONFIG_INVALID where the registry disagrees with the bytes that it names', () => {
    const other = { ...ENTRY, tenant: 'globex' as TenantName };
    expect(codeOf(found(), { links: [other] })).toBe('CONFIG_INVALID');
    const unreadable = Buffer.from('?');
    const hash = createHash('sha256').update(unreadable).digest('hex');
    expect(codeOf(found({ bytes: unreadable }), { links: [{ ...ENTRY, sha256: hash }] })).toBe('CONFIG_INVALID');
  });

  it('whose file differs by any single byte is LINK_CHANGED', () => {
    const property = fc.property(fc.nat(BYTES.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const bytes = Buffer.from(BYTES);
      bytes[at] = bytes[at]! ^ flip;
      expect(codeOf(found({ bytes }))).toBe('LINK_CHANGED');
    });
    fc.assert(property, { numRuns: 2_000 });
  });

  it('is permitted by no evidence but its own', () => {
    const evidence = fc.record({
      directory: fc.constantFrom(DIRECTORY, `${DIRECTORY}/`, '/home/ada/clients', '/'),
      inode: fc.constantFrom('77', '077', '7', ''),
      bytes: fc.constantFrom<Uint8Array>(BYTES, BYTES.subarray(1), Buffer.alloc(0)),
    });
    const property = fc.property(evidence, (more) => {
      const isOwn = more.directory === DIRECTORY && more.inode === '77' && more.bytes === BYTES;
      expect(codeOf(found(more)) === 'acme').toBe(isOwn);
    });
    fc.assert(property);
  });
});

describe('the registry', () => {
  it('is read back as it was written', () => {
    const two = addLink(REGISTRY, { ...ENTRY, directory: '/home/ada/a "b"\n', inode: '9' });
    expect(readRegistry(formatRegistry(two))).toEqual(two);
    expect(readRegistry(formatRegistry(NO_LINKS))).toEqual(NO_LINKS);
  });

  it('holds one entry for a directory, and one id for several', () => {
    const again = { ...ENTRY, inode: '80' };
    const elsewhere = { ...ENTRY, directory: '/home/ada/second' };
    expect(addLink(addLink(REGISTRY, again), elsewhere).links).toEqual([again, elsewhere]);
  });

  it('gives back what was removed', () => {
    expect(removeLink(REGISTRY, DIRECTORY)).toEqual({ registry: NO_LINKS, removed: ENTRY });
    expect(removeLink(REGISTRY, '/elsewhere')).toEqual({ registry: REGISTRY, removed: null });
  });

  it.each<[string, string]>([
    ['empty', ''],
    ['not JSON', '{'],
    ['a list', '[]'],
    ['null', 'null'],
    ['of version 2', '{"version":2,"links":[]}'],
    ['without links', '{"version":1}'],
    ['with another key', '{"version":1,"links":[],"x":1}'],
    ['with an entry that is null', '{"version":1,"links":[null]}'],
    ...Object.keys(ENTRY).map((key): [string, string] => [
      `without ${key}`,
      JSON.stringify({ version: 1, links: [{ ...ENTRY, [key]: undefined }] }),
    ]),
    ...Object.keys(ENTRY).map((key): [string, string] => [
      `with a number for ${key}`,
      JSON.stringify({ version: 1, links: [{ ...ENTRY, [key]: 1 }] }),
    ]),
    ...Object.keys(ENTRY).map((key): [string, string] => [
      `with an empty ${key}`,
      JSON.stringify({ version: 1, links: [{ ...ENTRY, [key]: '' }] }),
    ]),
    ['with another key in an entry', JSON.stringify({ version: 1, links: [{ ...ENTRY, approved: true }] })],
    ['with a relative directory', JSON.stringify({ version: 1, links: [{ ...ENTRY, directory: 'acme' }] })],
    ['with a directory twice', JSON.stringify({ version: 1, links: [ENTRY, ENTRY] })],
  ])('%s is CONFIG_INVALID', (_, text) => {
    expect(readRegistry(Buffer.from(text))).toMatchObject({ kind: 'denial', code: 'CONFIG_INVALID' });
  });

  it('of random bytes is CONFIG_INVALID, and nothing is thrown or quoted', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void expect(readRegistry(bytes)).toMatchObject({ code: 'CONFIG_INVALID' })));
  });
});

describe('to link a folder', () => {
  const NEW_ID = 'lnk_01JD3Y0000000000000000000B' as LinkId;
  const none = { directory: DIRECTORY, device: '5', inode: '77', file: { kind: 'none' } } as const;
  const present = (bytes: Uint8Array) => ({
    ...none,
    file: { kind: 'found' as const, directory: DIRECTORY, device: '5', inode: '77', bytes },
  });
  const wish = (more: Partial<LinkWish>): LinkWish => ({
    folder: none,
    registry: NO_LINKS,
    tenant: FIELDS.tenant,
    project: FIELDS.project,
    newId: NEW_ID,
    time: TIME,
    ...more,
  });

  function made(plan: ReturnType<typeof planLink>): LinkPlan {
    if (plan.kind !== 'plan') throw new Error(JSON.stringify(plan));
    return plan;
  }

  it('writes a new file and registers its bytes, so that a run is permitted', () => {
    const plan = made(planLink(wish({})));
    expect(plan.write?.equals(Buffer.from(formatLinkFile({ ...FIELDS, link: NEW_ID })))).toBe(true);
    expect(plan.previous).toBeNull();
    expect(resolveLink(found({ bytes: plan.write ?? Buffer.alloc(0) }), addLink(NO_LINKS, plan.entry))).toMatchObject({
      id: NEW_ID,
      tenant: 'acme',
    });
  });

  it('takes a teammate’s file as it is, byte for byte, and never rewrites it', () => {
    const theirs = Buffer.from(`# ours\n${BYTES.toString()}`);
    const plan = made(planLink(wish({ folder: present(theirs), tenant: null, project: null })));
    expect(plan.write).toBeNull();
    expect(plan.entry).toMatchObject({ id: LINK_ID, tenant: 'acme', sha256: createHash('sha256').update(theirs).digest('hex') });
    expect(resolveLink(found({ bytes: theirs }), addLink(NO_LINKS, plan.entry))).toMatchObject({ tenant: 'acme' });
  });

  it('shows what was registered for the folder before', () => {
    expect(planLink(wish({ folder: present(BYTES), registry: REGISTRY }))).toMatchObject({ previous: ENTRY });
  });

  it.each<[string, Partial<LinkWish>, string]>([
    ['the folder is gone', { folder: null }, 'USAGE'],
    ['no tenant is named and there is no file', { tenant: null }, 'USAGE'],
    ['no project is named and there is no file', { project: null }, 'USAGE'],
    ['the file names another tenant', { folder: present(BYTES), tenant: 'globex' as TenantName }, 'USAGE'],
    ['the file names another project', { folder: present(BYTES), project: 'shop' as ProjectName }, 'USAGE'],
    [
      'the path is not trusted',
      { folder: { ...none, file: { kind: 'untrusted', directory: DIRECTORY, why: 'others-can-write' } } },
      'LINK_UNTRUSTED_PATH',
    ],
  ])('is refused where %s', (_, more, code) => {
    expect(planLink(wish(more))).toMatchObject({ kind: 'denial', code });
  });

  it('is refused where the file is no link file, with its line', () => {
    const next = 'correct it or move it away, then outloop link';
    expect(planLink(wish({ folder: present(Buffer.from('?')) }))).toMatchObject({ message: expect.stringMatching(/^line 1 of/), next });
  });

  it('is refused where its id is another tenant’s elsewhere, with what takes that back', () => {
    const elsewhere = { ...ENTRY, directory: '/a b', tenant: 'globex' as TenantName };
    expect(planLink(wish({ folder: present(BYTES), registry: { links: [elsewhere] } }))).toMatchObject({
      message: `link ${LINK_ID} is tenant globex’s in /a b`,
      next: "outloop unlink '/a b'",
    });
  });

  it('takes a file that has changed its project while another clone has the old one', () => {
    const elsewhere = { ...ENTRY, directory: '/x', project: 'shop' as ProjectName };
    expect(made(planLink(wish({ folder: present(BYTES), registry: { links: [elsewhere] } }))).entry.project).toBe(FIELDS.project);
  });
});
