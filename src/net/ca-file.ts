import { X509Certificate } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';

/** A service's own roots as PEM, or in `detail` a clause that says why the file cannot be used. */
export type CaFile = { readonly kind: 'ok'; readonly pem: string } | { readonly kind: 'unusable'; readonly detail: string };

/** Why a file is refused that somebody else could change. */
export const OF_ANOTHER = 'belongs to another user';
export const OPEN_TO_CHANGE = 'can be changed by others';

/** A company's bundle is some 300 KiB. */
const MAX_BYTES = 1_048_576;
const BLOCK = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/**
 * Reads a PEM file of CA certificates: a plain file of at most 1 MiB that belongs to root or `uid` (null: not asked) and that
 * nobody else can write, in which every certificate can be read. Only its certificates are given back. Never throws, never waits on a FIFO.
 */
export function readCaFile(path: string, uid: number | null): CaFile {
  let text: string;
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    try {
      const detail = refuseFile(fstatSync(file), uid);
      if (detail !== null) return { kind: 'unusable', detail };
      text = readWhole(file);
    } finally {
      closeSync(file);
    }
  } catch {
    return { kind: 'unusable', detail: 'cannot be read' };
  }
  const blocks = text.match(BLOCK) ?? [];
  if (blocks.length === 0 || blocks.length !== text.split('-----BEGIN CERTIFICATE-----').length - 1) {
    return { kind: 'unusable', detail: 'is not a PEM file of certificates' };
  }
  return blocks.every(isCertificate)
    ? { kind: 'ok', pem: blocks.join('\n') }
    : { kind: 'unusable', detail: 'holds a certificate that cannot be read' };
}

function refuseFile(stats: Stats, uid: number | null): string | null {
  if (!stats.isFile()) return 'is not a plain file';
  if (stats.size > MAX_BYTES) return 'is larger than 1 MiB';
  if (uid !== null && stats.uid !== 0 && stats.uid !== uid) return OF_ANOTHER;
  return (stats.mode & 0o022) !== 0 ? OPEN_TO_CHANGE : null;
}

function readWhole(file: number): string {
  const bytes = Buffer.alloc(MAX_BYTES);
  let length = 0;
  for (let read = -1; read !== 0 && length < bytes.length; length += read) {
    read = readSync(file, bytes, length, bytes.length - length, null);
  }
  return bytes.toString('latin1', 0, length);
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
