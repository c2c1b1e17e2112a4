/** Flags of Node that change nothing a credential could leak by; common in editors and CI. Every other flag is refused. */
export const HARMLESS_FLAGS: readonly RegExp[] = [/^--max-old-space-size=[0-9]+$/];

/**
 * Variables that make Node, OpenSSL or the dynamic loader run other code, trust others, write down what passes through, or tell another time (nodejs.org/docs/latest-v20.x/api/cli.html).
 * NODE_PATH is not among them: package managers' shims set it, and our bundles look up nothing by name (test/house/bundles.test.ts).
 */
export const FORBIDDEN_VARIABLES: ReadonlySet<string> = new Set([
  'NODE_DEBUG',
  'NODE_DEBUG_NATIVE',
  'NODE_V8_COVERAGE',
  'NODE_REDIRECT_WARNINGS',
  'NODE_REPL_EXTERNAL_MODULE',
  'NODE_ICU_DATA',
  // Time zones, which the windows of grants go by, would come from there (ICU, putil.cpp).
  'ICU_DATA',
  'ICU_TIMEZONE_FILES_DIR',
  'NODE_PRESERVE_SYMLINKS',
  'NODE_PRESERVE_SYMLINKS_MAIN',
  // V8 runs the bytecode that it finds there.
  'NODE_COMPILE_CACHE',
  // From Node 24 on, requests of node:https go through the proxy that the environment names.
  'NODE_USE_ENV_PROXY',
  'OPENSSL_CONF',
  'OPENSSL_CONF_INCLUDE',
  'OPENSSL_MODULES',
  'OPENSSL_ENGINES',
  'SSLKEYLOGFILE',
  'GCONV_PATH',
  'GLIBC_TUNABLES',
]);

/** The dynamic loader's own: ld.so(8) and dyld(1). */
export const FORBIDDEN_PREFIXES: readonly string[] = ['LD_', 'DYLD_'];
