/** Fields that frame a message, belong to one connection or carry a credential: RFC 9110 sections 7.6 and 11, RFC 9112 section 6. */
const FRAMING = [
  'connection',
  'content-length',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** Fields that a template may not set besides: credentials have slots, and outloop decodes the answer itself. */
const TEMPLATE_ONLY = ['accept-encoding', 'authorization', 'cookie', 'cookie2', 'proxy-authorization', 'set-cookie'];

/** Whether a header template may not set the field of that name, in any case. */
export function isForbiddenHeader(name: string): boolean {
  const field = name.toLowerCase();
  return FRAMING.includes(field) || TEMPLATE_ONLY.includes(field);
}

/**
 * Variables that decide what code a child runs, or where the isolation put it: outloop sets some and no alias may set any.
 * Interpreters' start-up variables are here because the vetted tool may be written in any language.
 */
const FORBIDDEN_VARIABLES = [
  'BASH_ENV',
  'CLASSPATH',
  'ENV',
  'GCONV_PATH',
  'GIT_EXEC_PATH',
  'HOME',
  'IFS',
  'JAVA_TOOL_OPTIONS',
  'JDK_JAVA_OPTIONS',
  'LOCPATH',
  'LOGNAME',
  'NLSPATH',
  'PATH',
  'PERL5DB',
  'PERL5LIB',
  'PERL5OPT',
  'PERLLIB',
  'PS4',
  'PWD',
  'PYTHONHOME',
  'PYTHONINSPECT',
  'PYTHONPATH',
  'PYTHONSTARTUP',
  'RUBYLIB',
  'RUBYOPT',
  'SHELL',
  'SHELLOPTS',
  'SHLVL',
  'TEMP',
  'TMP',
  'TMPDIR',
  'USER',
  '_JAVA_OPTIONS',
];
const FORBIDDEN_PREFIXES = [
  'BASH_FUNC_',
  'DYLD_',
  'LD_',
  'MALLOC_',
  'NODE_OPTIONS',
  'NODE_PATH',
  'NODE_REPL_',
  'OPENSSL_',
  'OUTLOOP_',
  'XDG_',
];

/** Whether an alias may not set the variable of that name for its child, as a literal or from a slot. */
export function isForbiddenVariable(name: string): boolean {
  return FORBIDDEN_VARIABLES.includes(name) || FORBIDDEN_PREFIXES.some((prefix) => name.startsWith(prefix));
}
