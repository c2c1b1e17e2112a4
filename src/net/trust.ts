import type { ConnectionOptions, SecureContext } from 'node:tls';
import { deny, type Denial } from '../denial/denial.js';
import { readCaFile } from './ca-file.js';
import type { Destination } from './destination.js';

/** Whose certificates are believed. `ca` is the service's PEM file; `uid` the operator's, null where there are none. */
export type TrustSettings = {
  readonly ca: string | null;
  readonly uid: number | null;
  /** Whether Node's own store is the bundled roots and nothing else (`usesBundledRoots`). */
  readonly defaultIsBundled: boolean;
};

/** What can change the roots that Node believes by default. */
export type RootsEvidence = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly execArgv: readonly string[];
  /** `process.config.target_defaults.defines`: how this Node was built. */
  readonly defines: readonly string[];
};

const ROOT_VARIABLES = ['NODE_EXTRA_CA_CERTS', 'NODE_USE_SYSTEM_CA', 'NODE_OPTIONS', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];
const ROOT_FLAG = /^--use-(?:openssl|system|bundled)-ca/;

/**
 * Whether Node's default store is the bundled roots alone: no variable or flag that adds to it or replaces it, and a build that does not take
 * OpenSSL's own directory. Only then may it stand in for the explicit list, which costs 30 to 60 ms more to parse.
 */
export function usesBundledRoots({ env, execArgv, defines }: RootsEvidence): boolean {
  const changed = ROOT_VARIABLES.some((name) => (env[name] ?? '') !== '');
  return !changed && !execArgv.some((flag) => ROOT_FLAG.test(flag)) && !defines.includes('NODE_OPENSSL_CERT_STORE');
}

/**
 * Whose certificates are believed on one route: the bundled roots plus the service's own, whatever the environment adds. All of them take 20 to 60 ms
 * to parse, so a service's own come first, and `rest` is everything, read when the first do not vouch for a certificate; null where `first` is all.
 */
export type Trust = { readonly first: SecureContext; readonly rest: (() => SecureContext) | null };

const VERSIONS = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3' } as const;

/** The roots and protocol versions of a route. A `ca` file that cannot be used is UPSTREAM_TLS_FAILED; `checkBase` has said so before with more words. */
export async function makeTrust(host: string, settings: TrustSettings): Promise<Trust | Denial> {
  const { createSecureContext, rootCertificates } = await import('node:tls');
  if (settings.ca === null) {
    return { first: createSecureContext(settings.defaultIsBundled ? VERSIONS : { ...VERSIONS, ca: [...rootCertificates] }), rest: null };
  }
  const own = readCaFile(settings.ca, settings.uid);
  if (own.kind === 'unusable') return deny('UPSTREAM_TLS_FAILED', { host, detail: `the service’s ca file ${own.detail}` });
  const { pem } = own;
  let all: SecureContext | null = null;
  return {
    first: createSecureContext({ ...VERSIONS, ca: pem }),
    rest: () => (all ??= createSecureContext({ ...VERSIONS, ca: [...rootCertificates, pem] })),
  };
}

/** What tls.connect is told besides its socket: the name that the certificate must have, and that it must be valid. An IP literal sends no SNI (RFC 6066 §3). */
export function tlsOptions(destination: Destination, secureContext: SecureContext): ConnectionOptions {
  return {
    secureContext,
    host: destination.host,
    ...(destination.place === 'literal' ? {} : { servername: destination.host }),
    rejectUnauthorized: true,
    ALPNProtocols: ['http/1.1'],
  };
}

const TLS_WORDS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  CERT_REVOKED: 'its certificate was revoked',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate comes from an unknown authority',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate comes from an unknown authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate comes from an unknown authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate comes from an unknown authority',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  INVALID_PURPOSE: 'its certificate is not meant for a server',
  INVALID_CA: 'its certificate comes from one that is no authority',
  CERT_SIGNATURE_FAILURE: 'its certificate’s signature is not valid',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS at this port',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS at this port',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'it does not offer TLS 1.2 or later',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'it does not offer TLS 1.2 or later',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'it asks for a client certificate',
};

/** Whether a connection failed with this code because none of the roots vouches for the certificate: others may. */
export function isUnvouched(code: string): boolean {
  return describeTlsFailure(code) !== null && !/^(?:ERR_|EPROTO$)/.test(code);
}

/** A clause for a failed TLS connection, from the error's code alone; null when the code is none of TLS. Node's own text never leaves. */
export function describeTlsFailure(code: string): string | null {
  if (Object.hasOwn(TLS_WORDS, code)) return TLS_WORDS[code] ?? null;
  if (code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_') || code === 'EPROTO') return 'the handshake failed';
  return /^(?:CERT_|UNABLE_TO_|CRL_|INVALID_|PATH_LENGTH|HOSTNAME_|EE_KEY_|CA_)/.test(code) ? 'its certificate is not valid' : null;
}
