import { deny, isDenial, type Denial } from '../denial/denial.js';
import type { Secret } from '../model/secret.js';
import { MIN_PART_CHARACTERS, readJsonSecret, readMember, readText } from './json-secret.js';
import type { Scheme } from './scheme.js';
import { hashHex, signV4 } from './sign-v4.js';

/** Host parts of an AWS endpoint: lower-case names with hyphens, such as eu-central-1 and execute-api. */
const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;
/** Headers that may change on the way, or that outloop itself writes. */
const UNSIGNED = /^(?:authorization|connection|content-length|expect|user-agent|x-amzn-trace-id)$/i;

/**
 * AWS Signature Version 4 in the Authorization header, for an HTTP request. The secret is `AccessKeyId:SecretAccessKey`, with `:SessionToken` for
 * a temporary one, or the JSON that a credential process prints (AWS SDKs Reference, "Process credential provider"). Options: `service`,
 * `region`.
 */
export const awsSigv4: Scheme = {
  options: ['service', 'region'],
  checkOptions: ({ service = '', region = '' }) => {
    if (!NAME.test(service)) return 'service must be the name that AWS signs for, such as s3 or execute-api';
    return NAME.test(region) ? null : 'region must be a region, such as eu-central-1';
  },

  present: (secret, { service = '', region = '' }, { method, url, headers, body, nowMs }) => {
    const keys = readKeys(secret);
    if (isDenial(keys)) return keys;
    const time = new Date(nowMs).toISOString().replace(/[:-]|\.\d{3}/g, '');
    const bodyHash = hashHex(body ?? '');
    const added: (readonly [string, string])[] = [
      ['X-Amz-Date', time],
      ['X-Amz-Content-Sha256', bodyHash],
      ...(keys.sessionToken === null ? [] : [['X-Amz-Security-Token', keys.sessionToken] as const]),
    ];
    const own = headers.filter(([name]) => !UNSIGNED.test(name));
    const signed = {
      method,
      path: url.pathname,
      query: url.search.replace(/^\?/, ''),
      headers: [['Host', url.host] as const, ...own, ...added],
      bodyHash,
    };
    const authorization = signV4(signed, { ...keys, region, service, time });
    const derived = [keys.secretAccessKey, keys.sessionToken, authorization.slice(-64)];
    return {
      credential: secret.name,
      headers: [...added, ['Authorization', authorization]],
      query: [],
      derived: derived.flatMap((text) => (text === null ? [] : [Buffer.from(text)])),
      signsUrl: true,
    };
  },
};

type Keys = { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken: string | null };

function readKeys(secret: Secret): Keys | Denial {
  const table = readJsonSecret(secret);
  const parts =
    table === null
      ? (readText(secret) ?? '').split(':')
      : [readMember(table, 'AccessKeyId'), readMember(table, 'SecretAccessKey'), readMember(table, 'SessionToken') ?? undefined];
  const [accessKeyId, secretAccessKey, sessionToken = null, ...more] = parts;
  if (more.length > 0 || !isWord(accessKeyId) || !isWord(secretAccessKey) || (sessionToken !== null && !isWord(sessionToken))) {
    return refuse(secret, 'it is neither AccessKeyId:SecretAccessKey nor the JSON of a credential process');
  }
  const short = secretAccessKey.length < MIN_PART_CHARACTERS;
  return short
    ? refuse(secret, `its SecretAccessKey is shorter than ${MIN_PART_CHARACTERS} characters`)
    : { accessKeyId, secretAccessKey, sessionToken };
}

function isWord(text: string | null | undefined): text is string {
  return typeof text === 'string' && /^[\x21-\x7e]{1,8000}$/.test(text);
}

function refuse(secret: Secret, detail: string): Denial {
  return deny('SECRET_UNUSABLE', { credential: secret.name, detail });
}
