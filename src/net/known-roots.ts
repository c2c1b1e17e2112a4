import { X509Certificate } from 'node:crypto';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';

/**
 * Which of the bundled roots vouched for a host before, as PEM. It saves the reading of all the others and decides nothing: what is recalled is believed only where it is a bundled root, and
 * where it does not vouch for a certificate all of them are asked.
 */
export type KnownRoots = {
  /** Null: nothing is known of the host. */
  readonly recall: (host: string) => string | null;
  /** May fail in silence: it is learnt again then. */
  readonly remember: (host: string, root: string) => void;
};

/** Known of a host that no single root is enough for. */
export const NOT_ONE = '';

/** The root, among `roots`, that a connection's certificate leads to; null: another one. */
export function findRoot(connection: Pick<TLSSocket, 'getPeerCertificate'>, roots: readonly string[]): string | null {
  const seen = new Set<DetailedPeerCertificate>();
  let top: DetailedPeerCertificate | undefined = connection.getPeerCertificate(true);
  // A root is its own issuer.
  for (let next = top.issuerCertificate as typeof top | undefined; next !== undefined && !seen.has(next); next = next.issuerCertificate) {
    seen.add(next);
    top = next;
  }
  if ((top.raw as Buffer | undefined) === undefined) return null;
  const pem = new X509Certificate(top.raw).toString().trim();
  return roots.find((root) => root.trim() === pem) ?? null;
}
