import { deny, type Denial } from '../denial/denial.js';
import { CI_PROVIDERS, type CiLink, type CiLinks } from '../model/ci.js';
import { parseLinkId, parseName, type ProjectName, type TenantName } from '../model/ids.js';
import { isTable, parseStrictJson } from '../model/json-table.js';
import { isSha256 } from '../model/sha256.js';

const KEYS = ['home', 'links', 'provider', 'repository', 'version'];
const LINK_KEYS = ['id', 'path', 'project', 'sha256', 'tenant'];

/** Reads `ci.json`. CONFIG_INVALID when anything in it is not exactly as `formatCiLinks` writes it: no link of a broken file counts. */
export function readCiLinks(bytes: Uint8Array): CiLinks | Denial {
  const value = parseStrictJson(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'));
  const broken = deny('CONFIG_INVALID', { detail: 'ci.json is not what outloop ci init wrote' });
  if (!isTable(value) || Object.keys(value).sort().join() !== KEYS.join() || value['version'] !== 1) return broken;
  const provider = CI_PROVIDERS.find((known) => known === value['provider']);
  const { repository, home, links } = value;
  if (provider === undefined || typeof repository !== 'string' || repository === '' || !Array.isArray(links)) return broken;
  if (typeof home !== 'string' || home === '' || !isInside(home)) return broken;
  const read = links.map(parseLink);
  const paths = new Set(read.map((link) => link?.path));
  if (paths.size !== links.length || read.includes(null)) return broken;
  return { provider, repository, home, links: read.filter((link) => link !== null) };
}

/** The text of `ci.json`, one link a line, so that a change of it is easy to read before it is committed. */
export function formatCiLinks({ provider, repository, home, links }: CiLinks): string {
  const lines = links.map(({ id, tenant, project, path, sha256 }) => JSON.stringify({ id, tenant, project, path, sha256 }));
  const head = JSON.stringify({ version: 1, provider, repository, home }).slice(0, -1);
  return `${head},"links":[${lines.length === 0 ? '' : `\n${lines.join(',\n')}\n`}]}\n`;
}

function parseLink(value: unknown): CiLink | null {
  if (!isTable(value) || Object.keys(value).sort().join() !== LINK_KEYS.join()) return null;
  if (!LINK_KEYS.every((key) => typeof value[key] === 'string')) return null;
  const { id, tenant, project, path, sha256 } = value as Record<string, string>;
  const link = parseLinkId(id ?? '');
  const tenantName = parseName<TenantName>(tenant ?? '');
  const projectName = parseName<ProjectName>(project ?? '');
  if (link === null || tenantName === null || projectName === null) return null;
  if (path === undefined || !isInside(path) || !isSha256(sha256)) return null;
  return { id: link, tenant: tenantName, project: projectName, path, sha256 };
}

/** A path below the top, in its shortest spelling; the top itself is ''. */
function isInside(path: string): boolean {
  return path === '' || (!path.includes('\0') && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..'));
}
