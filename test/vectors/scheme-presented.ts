import type { SchemeUse } from '../../src/model/service.js';

const EMPTY_HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const AWS_SIGNATURE = 'b8288d47a2c97eb08c0501d70163566ebf20275917b86526b828e86f1912183d';
const AWS_HEADERS = [
  ['X-Amz-Date', '20150830T123600Z'],
  ['X-Amz-Content-Sha256', EMPTY_HASH],
  [
    'Authorization',
    `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/execute-api/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=${AWS_SIGNATURE}`,
  ],
] as const;
const AWS_SESSION_SIGNATURE = '58d4d5c8403f8c4bd3777cfd80f73f78020069487d750480a3005308a29caf79';
const AWS_SESSION_HEADERS = [
  ['X-Amz-Date', '20150830T123600Z'],
  ['X-Amz-Content-Sha256', EMPTY_HASH],
  ['X-Amz-Security-Token', 'FwoGZXIvYXdzEBY='],
  [
    'Authorization',
    `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/eu-central-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token, Signature=${AWS_SESSION_SIGNATURE}`,
  ],
] as const;

/** What each scheme puts on the wire for a secret, and what else must be redacted then. */
export const PRESENTED: readonly {
  readonly use: SchemeUse;
  readonly secret: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly query: readonly (readonly [string, string])[];
  readonly derived: readonly string[];
}[] = [
  { use: { scheme: 'none', options: {} }, secret: 's3cret-value', headers: [], query: [], derived: [] },
  // RFC 6750 §2.1
  {
    use: { scheme: 'bearer', options: {} },
    secret: 'mF_9.B5f-4.1JqM',
    headers: [['Authorization', 'Bearer mF_9.B5f-4.1JqM']],
    query: [],
    derived: [],
  },
  // RFC 7617 §2
  {
    use: { scheme: 'basic', options: { username: 'Aladdin' } },
    secret: 'open sesame',
    headers: [['Authorization', 'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==']],
    query: [],
    derived: ['Aladdin:open sesame', 'QWxhZGRpbjpvcGVuIHNlc2FtZQ=='],
  },
  // RFC 7617 §2.1: the pair in UTF-8
  {
    use: { scheme: 'basic', options: {} },
    secret: 'test:123£',
    headers: [['Authorization', 'Basic dGVzdDoxMjPCow==']],
    query: [],
    derived: ['test:123£', 'dGVzdDoxMjPCow=='],
  },
  {
    use: { scheme: 'basic', options: {} },
    secret: 'user:pass:word',
    headers: [['Authorization', 'Basic dXNlcjpwYXNzOndvcmQ=']],
    query: [],
    derived: ['user:pass:word', 'dXNlcjpwYXNzOndvcmQ='],
  },
  {
    use: { scheme: 'basic', options: { secretAs: 'username' } },
    secret: 'sk_test_0123',
    headers: [['Authorization', 'Basic c2tfdGVzdF8wMTIzOg==']],
    query: [],
    derived: ['sk_test_0123:', 'c2tfdGVzdF8wMTIzOg=='],
  },
  {
    use: { scheme: 'header', options: { name: 'X-Api-Key' } },
    secret: 'key with spaces',
    headers: [['X-Api-Key', 'key with spaces']],
    query: [],
    derived: [],
  },
  {
    use: { scheme: 'header', options: { name: 'Authorization', prefix: 'Token token=' } },
    secret: 's3cret-value',
    headers: [['Authorization', 'Token token=s3cret-value']],
    query: [],
    derived: [],
  },
  {
    use: { scheme: 'query', options: { name: 'api_key' } },
    secret: "a b+c&d=e%f/g'h€",
    headers: [],
    query: [['api_key', 'a%20b%2Bc%26d%3De%25f%2Fg%27h%E2%82%AC']],
    derived: ['a%20b%2Bc%26d%3De%25f%2Fg%27h%E2%82%AC'],
  },
  // What was exchanged for a credential goes out as a bearer.
  ...[
    { scheme: 'oauth-client-credentials', options: { tokenUrl: 'https://auth.test/token' } },
    { scheme: 'oauth-refresh-token', options: { tokenUrl: 'https://auth.test/token', rotation: 'none', scope: 'a b' } },
    { scheme: 'github-app', options: { app: '1', installation: '2' } },
  ].map((use) => ({
    use,
    secret: 'an-access-token',
    headers: [['Authorization', 'Bearer an-access-token']] as const,
    query: [],
    derived: [],
  })),
  // Signed by another implementation (aws4 1.13) for GET https://api.test/.
  {
    use: { scheme: 'aws-sigv4', options: { service: 'execute-api', region: 'us-east-1' } },
    secret: 'AKIDEXAMPLE:wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
    headers: AWS_HEADERS,
    query: [],
    derived: ['wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', AWS_SIGNATURE],
  },
  {
    use: { scheme: 'aws-sigv4', options: { service: 's3', region: 'eu-central-1' } },
    secret:
      '{"Version":1,"AccessKeyId":"AKIDEXAMPLE","SecretAccessKey":"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY","SessionToken":"FwoGZXIvYXdzEBY="}',
    headers: AWS_SESSION_HEADERS,
    query: [],
    derived: ['wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', 'FwoGZXIvYXdzEBY=', AWS_SESSION_SIGNATURE],
  },
];

/** What of a secret is secret on its own, by name. */
export const PARTS: readonly (readonly [use: SchemeUse, secret: string, parts: Readonly<Record<string, string>>])[] = [
  [{ scheme: 'basic', options: {} }, 'user:pass:word', { password: 'pass:word' }],
  [{ scheme: 'basic', options: {} }, ':password', { password: 'password' }],
  [{ scheme: 'basic', options: {} }, 'user:', {}],
  [{ scheme: 'basic', options: {} }, 'no-colon-here', {}],
  [{ scheme: 'basic', options: { username: 'user' } }, 'pass:word', {}],
  [{ scheme: 'basic', options: { secretAs: 'username' } }, 'sk:test', {}],
  [{ scheme: 'bearer', options: {} }, 'user:pass:word', {}],
];

/** Secrets that a scheme cannot carry unchanged. */
export const UNUSABLE: readonly (readonly [use: SchemeUse, secret: string, detail: string])[] = [
  [{ scheme: 'bearer', options: {} }, '', 'it is empty'],
  [{ scheme: 'bearer', options: {} }, 'abc\r\nX-Evil: 1', 'it holds a line break'],
  [{ scheme: 'bearer', options: {} }, 'abcdefgh\n', 'it holds a line break'],
  [{ scheme: 'bearer', options: {} }, 'abc\0defgh', 'it holds a control character'],
  [{ scheme: 'bearer', options: {} }, 'abc\x7fdefgh', 'it holds a control character'],
  [{ scheme: 'bearer', options: {} }, 'zażółć-value', 'it holds characters that a header cannot carry'],
  [{ scheme: 'bearer', options: {} }, 'café-value', 'it holds characters that a header cannot carry'],
  [{ scheme: 'bearer', options: {} }, ' abcdefgh', 'it begins or ends with a space'],
  [{ scheme: 'bearer', options: {} }, 'abcdefgh ', 'it begins or ends with a space'],
  [{ scheme: 'header', options: { name: 'X-Api-Key' } }, 'abc\rdef', 'it holds a line break'],
  [{ scheme: 'basic', options: {} }, 'no-colon-here', 'it is not of the form user:password'],
  [{ scheme: 'basic', options: {} }, 'user:', 'its password is empty'],
  [{ scheme: 'basic', options: { secretAs: 'username' } }, 'sk:test', 'it stands for a user name and holds a colon'],
  [{ scheme: 'basic', options: { username: 'a' } }, 'abc\ndef', 'it holds a line break'],
  [{ scheme: 'query', options: { name: 'k' } }, 'abc\ndef', 'it holds a line break'],
  ...['AKIDEXAMPLE', 'a:b:c:d', ':secretsecret', 'id:with space', '{"AccessKeyId":"AKID"}', 'id:line\nbreak'].map(
    (text) =>
      [
        { scheme: 'aws-sigv4', options: { service: 's3', region: 'us-east-1' } },
        text,
        'it is neither AccessKeyId:SecretAccessKey nor the JSON of a credential process',
      ] as const,
  ),
  [
    { scheme: 'aws-sigv4', options: { service: 's3', region: 'us-east-1' } },
    'AKID:short',
    'its SecretAccessKey is shorter than 8 characters',
  ],
];

/** Slots whose options cannot be used. */
export const BAD_USES: readonly SchemeUse[] = [
  { scheme: 'digest', options: {} },
  { scheme: '__proto__', options: {} },
  { scheme: '', options: {} },
  { scheme: 'bearer', options: { prefix: 'x' } },
  { scheme: 'none', options: { name: 'x' } },
  { scheme: 'basic', options: { username: '' } },
  { scheme: 'basic', options: { username: 'a:b' } },
  { scheme: 'basic', options: { username: 'a\nb' } },
  { scheme: 'basic', options: { username: 'a', secretAs: 'username' } },
  { scheme: 'basic', options: { secretAs: 'password' } },
  { scheme: 'basic', options: { password: 'x' } },
  { scheme: 'header', options: {} },
  { scheme: 'header', options: { name: '' } },
  { scheme: 'header', options: { name: 'X Api' } },
  { scheme: 'header', options: { name: 'X\r\nY' } },
  { scheme: 'header', options: { name: 'Host' } },
  { scheme: 'header', options: { name: 'transfer-encoding' } },
  { scheme: 'header', options: { name: 'X', prefix: 'a\nb' } },
  { scheme: 'header', options: { name: 'X', prefix: ' a' } },
  { scheme: 'header', options: { name: 'X', suffix: 'a' } },
  { scheme: 'query', options: {} },
  { scheme: 'query', options: { name: 'a&b' } },
  { scheme: 'query', options: { name: 'a=b' } },
  { scheme: 'aws-sigv4', options: { service: 's3' } },
  { scheme: 'aws-sigv4', options: { region: 'us-east-1' } },
  { scheme: 'aws-sigv4', options: { service: 's3/x', region: 'us-east-1' } },
  { scheme: 'oauth-client-credentials', options: {} },
  { scheme: 'oauth-client-credentials', options: { tokenUrl: 'token' } },
  { scheme: 'oauth-client-credentials', options: { tokenUrl: 'ftp://auth.test/' } },
  { scheme: 'oauth-client-credentials', options: { tokenUrl: 'https://u:p@auth.test/' } },
  { scheme: 'oauth-client-credentials', options: { tokenUrl: 'https://auth.test/#x' } },
  { scheme: 'oauth-client-credentials', options: { tokenUrl: 'https://AUTH.test/' } },
  { scheme: 'oauth-client-credentials', options: { tokenUrl: 'https://auth.test/', clientAuth: 'none' } },
  { scheme: 'oauth-client-credentials', options: { tokenUrl: 'https://auth.test/', scope: 'a  b' } },
  { scheme: 'oauth-client-credentials', options: { tokenUrl: 'https://auth.test/', rotation: 'none' } },
  { scheme: 'oauth-refresh-token', options: { tokenUrl: 'https://auth.test/', rotation: 'yes' } },
  { scheme: 'github-app', options: { api: 'https://api.github.com/' } },
  { scheme: 'github-app', options: { app: 'a/b' } },
  { scheme: 'github-app', options: { installation: 'x' } },
  { scheme: 'github-app', options: { repositories: 'owner/name' } },
  { scheme: 'github-app', options: { permissions: 'issues' } },
];
