// node:crypto computes and opens nothing: this file is pure all the same.
import { createHmac, hash } from 'node:crypto';

/** What is signed, as it goes out: the path still encoded, the query raw and without its `?`, the headers with `Host`. */
export type SignedRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly bodyHash: string;
};

/** Who signs, and for what. `time` is `20150830T123600Z`. */
export type Signer = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  readonly service: string;
  readonly time: string;
};

const ALGORITHM = 'AWS4-HMAC-SHA256';

/**
 * The value of `Authorization` for a request under AWS Signature Version 4 (docs.aws.amazon.com, IAM User Guide, "Create a signed AWS API
 * request"). Every header that is given is signed. Its last 64 characters are the signature.
 */
export function signV4(request: SignedRequest, signer: Signer): string {
  const date = signer.time.slice(0, 8);
  const scope = `${date}/${signer.region}/${signer.service}/aws4_request`;
  const { canonical, signedHeaders } = canonicalise(request, signer.service);
  const toSign = [ALGORITHM, signer.time, scope, hashHex(canonical)].join('\n');
  const key = [signer.region, signer.service, 'aws4_request'].reduce(hmac, hmac(`AWS4${signer.secretAccessKey}`, date));
  const signature = hmac(key, toSign).toString('hex');
  return `${ALGORITHM} Credential=${signer.accessKeyId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
}

/** SHA-256 as the standard writes it. */
export function hashHex(content: string | Uint8Array): string {
  return hash('sha256', content);
}

/** The canonical request. A header that is there several times is one, its values in their order. */
function canonicalise(request: SignedRequest, service: string): { readonly canonical: string; readonly signedHeaders: string } {
  const headers = new Map<string, string[]>();
  for (const [name, value] of request.headers) {
    const values = headers.get(name.toLowerCase()) ?? [];
    values.push(value.trim().replace(/ +/g, ' '));
    headers.set(name.toLowerCase(), values);
  }
  const names = [...headers.keys()].sort();
  const signedHeaders = names.join(';');
  const canonical = [
    request.method,
    canonicalPath(request.path, service),
    canonicalQuery(request.query),
    ...names.map((name) => `${name}:${(headers.get(name) ?? []).join(',')}`),
    '',
    signedHeaders,
    request.bodyHash,
  ].join('\n');
  return { canonical, signedHeaders };
}

/** Every service but S3 encodes the path once more than it is sent. */
function canonicalPath(path: string, service: string): string {
  if (path === '') return '/';
  return service === 's3' ? path : path.split('/').map(encode).join('/');
}

/** Names and values decoded and encoded again as the standard spells them, sorted by name, then by value. */
function canonicalQuery(query: string): string {
  if (query === '') return '';
  const pairs = query.split('&').map((pair): readonly [string, string] => {
    const equals = pair.indexOf('=');
    const [name, value] = equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
    return [recode(name), recode(value)];
  });
  return pairs
    .sort(([a, b], [c, d]) => (a === c ? (b < d ? -1 : b > d ? 1 : 0) : a < c ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** A part that is no whole percent-encoding is taken as it is. */
function recode(part: string): string {
  try {
    return encode(decodeURIComponent(part));
  } catch {
    return encode(part);
  }
}

/** RFC 3986 §2.3's unreserved characters stay; all else is percent-encoded in upper case. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function hmac(key: string | Buffer, content: string): Buffer {
  return createHmac('sha256', key).update(content).digest();
}
