import type { HttpMethod } from './service.js';

/** A request with every parameter in its place and no credential in it yet. */
export type PreparedHttp = {
  readonly kind: 'http';
  readonly method: HttpMethod;
  /** Scheme, host, port, path and query, as parsed again and compared after building. */
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array | null;
};

/** A command line with every parameter in its place. `argv` is what follows the executable. */
export type PreparedCommand = {
  readonly kind: 'command';
  readonly executable: string;
  readonly argv: readonly string[];
  /** Copies of files that a `file` parameter named, to be put into the private directory; `index` is their place in argv. */
  readonly files: readonly { readonly index: number; readonly name: string; readonly bytes: Uint8Array }[];
  readonly env: readonly (readonly [string, string])[];
};

export type PreparedAction = PreparedHttp | PreparedCommand;

/** What a `file` parameter resolved to: opened once, read whole. `name` is the file's own base name. */
export type FileValue = { readonly name: string; readonly bytes: Uint8Array };

/** An executable as the operator vetted it. Paths are real and absolute; `sha256` is hex. */
export type ToolPin = { readonly path: string; readonly sha256: string; readonly size: number };

/**
 * A vetted executable, checked for this run. `system`: it and every folder of its path can be changed by root alone, so it
 * may be executed in place; otherwise it runs from a private copy whose bytes are verified against `sha256`.
 */
export type Tool = ToolPin & { readonly system: boolean };
