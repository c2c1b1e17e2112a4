import { describe, expect, test } from 'vitest';
import { isDenial } from '../../src/denial/denial.js';
import { formatCiLinks, readCiLinks } from '../../src/link/ci-registry.js';
import type { CiLink, CiLinks } from '../../src/model/ci.js';

const link = (path: string): CiLink =>
  ({ id: 'lnk_01JD3Y0000000000000000000A', tenant: 'acme', project: 'site', path, sha256: 'a'.repeat(64) }) as CiLink;
const LINKS: CiLinks = {
  provider: 'github',
  repository: 'github.com/acme/site',
  home: 'ci/.outloop é',
  links: [link(''), link('clients/globex é')],
};
const read = (text: string) => readCiLinks(Buffer.from(text));

describe('ci.json', () => {
  test('is read back as it was written', () => {
    expect(read(formatCiLinks(LINKS))).toEqual(LINKS);
    expect(read(formatCiLinks({ ...LINKS, links: [] }))).toEqual({ ...LINKS, links: [] });
  });

  test('with any byte left out it is CONFIG_INVALID, or says something else that is whole', () => {
    const text = formatCiLinks(LINKS);
    for (let at = 0; at < text.length; at++) {
      const cut = read(text.slice(0, at) + text.slice(at + 1));
      if (isDenial(cut)) expect(cut.code).toBe('CONFIG_INVALID');
      else expect(read(formatCiLinks(cut))).toEqual(cut);
    }
  });

  test.each([
    ['another version', '"version":1', '"version":2'],
    ['another provider', '"github"', '"jenkins"'],
    ['no repository', 'github.com/acme/site', ''],
    ['no place of its own', 'ci/.outloop é', ''],
    ['a place of its own that climbs', 'ci/.outloop é', '../x'],
    ['an absolute place of its own', 'ci/.outloop é', '/x'],
    ['a place of its own that is no text', '"ci/.outloop é"', '1'],
    ['a key less', '"home":"ci/.outloop é",', ''],
    ['a key more', '"version":1', '"version":1,"more":1'],
    ['a key twice', '"version":1', '"version":1,"version":1'],
    ['a key of a link more', '"tenant":"acme"', '"tenant":"acme","more":"x"'],
    ['a tenant that is none', '"acme"', '"Acme"'],
    ['an id that is none', 'lnk_01', 'lnk_0I'],
    ['a hash that is none', 'aaaa', 'aaaA'],
    ['a path that climbs', 'clients/globex é', 'clients/../x'],
    ['an absolute path', 'clients/globex é', '/clients'],
    ['a path with an empty part', 'clients/globex é', 'clients//x'],
    ['one path twice', 'clients/globex é', ''],
  ])('with %s it is CONFIG_INVALID', (_, from, to) => {
    const text = formatCiLinks(LINKS);
    expect(text).toContain(from);
    expect(read(text.replace(from, to))).toMatchObject({ code: 'CONFIG_INVALID' });
  });
});
