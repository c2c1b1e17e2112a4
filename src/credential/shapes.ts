import type { ZodType, z } from 'zod';
import type { TokenPlace } from './kind.js';

/**
 * What a backend describes its settings with. It comes as an argument, so that a run, which reads settings in compiled form, loads no
 * schema library with a backend.
 */
export type Shapes = {
  readonly z: typeof z;
  /** `https://host[:port][/path]` without a trailing slash; http for loopback only. */
  readonly origin: ZodType<string>;
  /** One line without control characters, 1 to 1,024 characters. */
  readonly line: ZodType<string>;
  /** Names with slashes between them, as the path of a mount. */
  readonly names: ZodType<string>;
  /** An absolute path without `.` or `..`. */
  readonly path: ZodType<string>;
  /** `embedded`, `keychain` or `{ env: NAME }`. */
  readonly token: ZodType<TokenPlace>;
  /** `networks` and `ca`, which everything that is reached over HTTP has. */
  readonly web: { readonly networks: ZodType<string[]>; readonly ca: ZodType<string | null> };
};
