/**
 * A repository's address in one spelling, so that the ways to write it can be compared: `host/path`, or the path of one on this machine. The
 * scheme, a user and password, a default port and `.git` are left out; the host is in lower case. Null: it is no repository's address.
 */
export function readRepository(address: string): string | null {
  if (address === '' || address.length > 2048 || /[\u0000-\u0020\u007f]/.test(address)) return null;
  if (address.startsWith('/')) return tidy(address);
  const scp = /^(?:[^@/:]+@)?([^@/:[\]]+):(?!\/\/)(.+)$/.exec(address);
  if (scp !== null) return join(scp[1] ?? '', scp[2] ?? '');
  if (!URL.canParse(address)) return null;
  const { protocol, hostname, port, pathname } = new URL(address);
  if (protocol === 'file:') return tidy(decode(pathname));
  if (!['https:', 'http:', 'ssh:', 'git:'].includes(protocol) || hostname === '') return null;
  const own = port !== '' && !(protocol === 'ssh:' && port === '22') ? `:${port}` : '';
  return join(`${hostname}${own}`, decode(pathname));
}

/** Whether two spellings name one repository. GitHub and GitLab take no notice of case. */
export function isSameRepository(a: string, b: string, ignoresCase: boolean): boolean {
  return ignoresCase ? a.toLowerCase() === b.toLowerCase() : a === b;
}

function join(host: string, path: string): string | null {
  const tidied = tidy(path);
  return tidied === null ? null : `${host.toLowerCase()}/${tidied.replace(/^\/+/, '')}`;
}

/** A path without its last slashes and `.git`; null where nothing is left, or where it climbs. */
function tidy(path: string): string | null {
  const tidied = path.replace(/\/+$/, '').replace(/\.git$/, '');
  return tidied.replaceAll('/', '') === '' || tidied.split('/').includes('..') ? null : tidied;
}

function decode(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return '';
  }
}
