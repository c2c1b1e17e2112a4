/**
 * A credential as its scheme puts it on the wire. `credential` is its public name. `headers` and `query` are added to the
 * request: header values are printable ASCII; a query pair is a name and a value that is percent-encoded already.
 * `derived` holds further bytes that stand for the secret (a Basic pair, its encoded form) and must be redacted as it is.
 * `signsUrl`: it is a signature of the request's own URL and no credential at any other; absent: it goes with a redirect that is followed.
 */
export type Presented = {
  readonly credential: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly query: readonly (readonly [string, string])[];
  readonly derived: readonly Uint8Array[];
  readonly signsUrl?: true;
};
