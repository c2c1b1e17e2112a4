import type { SchemeUse } from '../../src/model/service.js';

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
    derived: ['Aladdin:open sesame', 'QWxhZGRpbjpvcGVuIHNlc2FtZQ==', 'open sesame'],
  },
  // RFC 7617 §2.1: the pair in UTF-8
  {
    use: { scheme: 'basic', options: {} },
    secret: 'test:123£',
    headers: [['Authorization', 'Basic dGVzdDoxMjPCow==']],
    query: [],
    derived: ['test:123£', 'dGVzdDoxMjPCow==', '123£'],
  },
  {
    use: { scheme: 'basic', options: {} },
    secret: 'user:pass:word',
    headers: [['Authorization', 'Basic dXNlcjpwYXNzOndvcmQ=']],
    query: [],
    derived: ['user:pass:word', 'dXNlcjpwYXNzOndvcmQ=', 'pass:word'],
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
];
