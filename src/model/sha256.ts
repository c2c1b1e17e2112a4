const SHA256 = /^[0-9a-f]{64}$/;

/** Whether a value is a SHA-256, or an HMAC of it, in lower-case hex. */
export function isSha256(value: unknown): value is string {
  return typeof value === 'string' && SHA256.test(value);
}
