/** A password in a URL from this length on is looked for by itself; a shorter one only as part of the whole. */
const MIN_PASSWORD = 8;
const URL_WITH_USER = /^[a-z][a-z0-9+.-]*:\/\/([^\s/?#:@]*)(?::([^\s/?#]*))?@[^\s@]+$/i;
const PEM_BLOCK = /-----BEGIN [A-Z0-9 ]+-----([^-]+)-----END [A-Z0-9 ]+-----/g;
/** Names of JSON members whose values are secret, and of those that only look so. */
const SECRET_MEMBER = /key|secret|token|pass|pwd|credential|auth|signature|cookie|session/i;
const PUBLIC_MEMBER = /(?:_|^)(?:id|uri|url|type|name|email|algorithm|alg|kid|scheme|version)$|public/i;
/** Each costs its forms: what more of them there are is hidden as parts of the whole. */
const MAX_MEMBERS = 32;
/** As deep as a parameter's JSON nests; a stack has an end. */
const MAX_DEPTH = 64;

/**
 * The stretches of a secret that must not come out; what is left of it is public: a URL outside its password, the banners of a PEM file, the
 * members of a JSON file that are no keys. A secret without such a structure is one stretch. Never empty for a secret that is not.
 */
export function dissect(secret: Uint8Array): readonly Uint8Array[] {
  const bytes = Buffer.from(secret);
  const text = bytes.toString('latin1').trim();
  const parts = text.startsWith('{') ? membersOf(bytes) : (pemBodies(text) ?? passwordsOf(text));
  // Copies: a Buffer's slice would share its memory.
  return parts === null || parts.length === 0
    ? [Uint8Array.from(bytes)]
    : parts.map((part) => Uint8Array.from(Buffer.from(part, 'latin1')));
}

/** The bodies of PEM blocks (RFC 7468 §2) with their line breaks; null when there is no block. What stands between blocks is public. */
function pemBodies(text: string): string[] | null {
  if (!text.includes('-----BEGIN ')) return null;
  const bodies = [...text.matchAll(PEM_BLOCK)].map(([, body]) => (body ?? '').trim()).filter((body) => body.length >= MIN_PASSWORD);
  return bodies.length === 0 ? null : bodies;
}

/** The password of a URL as it stands and as it reads (RFC 3986 §3.2.1), or a token that stands for the user; null for anything else. */
function passwordsOf(text: string): string[] | null {
  const [, user = '', password] = URL_WITH_USER.exec(text) ?? [];
  const secret = password !== undefined && password !== '' ? password : user;
  if (secret.length < MIN_PASSWORD) return null;
  const read = decodePercent(secret);
  return read === secret || read.length < MIN_PASSWORD ? [secret] : [secret, read];
}

function decodePercent(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)));
}

/**
 * The secret members of a JSON object, and all of it besides where there are more of them, or deeper ones, than are looked for by themselves;
 * null when it is none, or has none. A PEM block in a member gives its body.
 */
function membersOf(bytes: Buffer): string[] | null {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    return null;
  }
  const found: string[] = [];
  const complete = collect(value, { name: '', depth: 0 }, found);
  if (!complete) found.unshift(bytes.toString('latin1'));
  return found.length === 0 ? null : found;
}

/** False when it left something out. */
function collect(value: unknown, { name, depth }: { readonly name: string; readonly depth: number }, found: string[]): boolean {
  if (typeof value === 'string') {
    if (value.length < MIN_PASSWORD || !SECRET_MEMBER.test(name) || PUBLIC_MEMBER.test(name)) return true;
    if (found.length >= MAX_MEMBERS) return false;
    const latin1 = Buffer.from(value, 'utf8').toString('latin1');
    found.push(...(pemBodies(latin1) ?? passwordsOf(latin1) ?? [latin1]));
    return true;
  }
  if (typeof value !== 'object' || value === null) return true;
  if (depth >= MAX_DEPTH) return false;
  const inner = (key: string) => ({ name: Array.isArray(value) ? name : key, depth: depth + 1 });
  return Object.entries(value).every(([key, item]) => collect(item, inner(key), found));
}
