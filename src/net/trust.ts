import type { ConnectionOptions, SecureContext, TLSSocket } from 'node:tls';
import { deny, type Denial } from '../denial/denial.js';
import { readCaFile } from './ca-file.js';
import type { Destination } from './destination.js';
import { findRoot, NOT_ONE, type KnownRoots } from './known-roots.js';

/** Whose certificates are believed. `ca` is the service's PEM file; `uid` the operator's, null where there are none. */
export type TrustSettings = {
  readonly ca: string | null;
  readonly uid: number | null;
  readonly known: KnownRoots;
  /** Stands in for Node's bundled roots. */
  readonly bundled?: readonly string[];
};

/**
 * Whose certificates are believed on one route: the bundled roots plus the service's own, whatever the environment adds. All of them take as long to parse as Node takes to start, so a
 * service's own, and the root that vouched for its host before, come first. `rest` is everything, read when the first do not vouch for a certificate; null where `first` is all.
 */
export type Trust = {
  readonly first: SecureContext;
  readonly rest: (() => SecureContext) | null;
  /** Takes note of who vouched for a connection that all roots were read for. */
  readonly learn: (connection: TLSSocket) => void;
};

const VERSIONS = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3' } as const;

/** The roots and protocol versions of a route. A `ca` file that cannot be used is UPSTREAM_TLS_FAILED; `checkBase` has said so before with more words. */
export async function makeTrust(host: string, { ca, uid, known, bundled }: TrustSettings): Promise<Trust | Denial> {
  const { createSecureContext, rootCertificates } = await import('node:tls');
  const own = ca === null ? null : readCaFile(ca, uid);
  if (own?.kind === 'unusable') return deny('UPSTREAM_TLS_FAILED', { host, detail: `the service’s ca file ${own.detail}` });
  const roots = bundled ?? rootCertificates;
  const recalled = known.recall(host);
  const few = [...(own === null ? [] : [own.pem]), ...roots.filter((root) => root === recalled)];
  let all: SecureContext | null = null;
  const readAll = () => (all ??= createSecureContext({ ...VERSIONS, ca: own === null ? [...roots] : [...roots, own.pem] }));
  return {
    first: few.length === 0 ? readAll() : createSecureContext({ ...VERSIONS, ca: few }),
    rest: few.length === 0 ? null : readAll,
    learn: (connection) => {
      if (recalled === NOT_ONE) return;
      const root = findRoot(connection, roots);
      known.remember(host, root === null || root === recalled ? NOT_ONE : root);
    },
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
