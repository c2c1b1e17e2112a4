import { describe, expect, it } from 'vitest';
import { hashHex, signV4 } from '../../src/scheme/sign-v4.js';
import { SIGNED, SUITE } from '../vectors/scheme-signed.js';

describe('AWS Signature Version 4', () => {
  it.each(SIGNED)('signs $name as AWS does', ({ method, path, query = '', headers = [], body = '', signature }) => {
    const signed = signV4(
      {
        method,
        path,
        query,
        headers: [['Host', 'example.amazonaws.com'], ['X-Amz-Date', SUITE.time], ...headers],
        bodyHash: hashHex(body),
      },
      SUITE,
    );
    expect(signed.slice(-64)).toBe(signature);
  });

  it('signs S3’s path as it is sent, and every other service’s once more encoded', () => {
    // docs.aws.amazon.com, Amazon S3 API reference, "Authenticating requests: GET object".
    const signed = signV4(
      {
        method: 'GET',
        path: '/test.txt',
        query: '',
        headers: [
          ['Host', 'examplebucket.s3.amazonaws.com'],
          ['Range', 'bytes=0-9'],
          ['x-amz-content-sha256', hashHex('')],
          ['x-amz-date', '20130524T000000Z'],
        ],
        bodyHash: hashHex(''),
      },
      {
        accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
        secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
        region: 'us-east-1',
        service: 's3',
        time: '20130524T000000Z',
      },
    );
    expect(signed).toBe(
      'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    );
    const path = (service: string) =>
      signV4({ method: 'GET', path: '/a%20b', query: '', headers: [], bodyHash: hashHex('') }, { ...SUITE, service }).slice(-64);
    expect(path('s3')).not.toBe(path('lambda'));
  });
});
