/**
 * Texts that people type in place of a secret, and words that tools print: hiding them would tear holes into any output,
 * and the holes would give them away. Lower case, without what may follow them (digits and punctuation).
 */
export const ORDINARY_VALUES: ReadonlySet<string> = new Set([
  'abc', 'abcd', 'abcdefg', 'abcdefgh', 'abcdefghi', 'abcdefghijklmnopqrstuvwxyz', 'admin', 'administrator', 'anonymous',
  'apikey', 'api-key', 'api_key', 'application', 'authorization', 'bearer', 'changeit', 'change-it', 'changeme', 'change-me',
  'change_me', 'changethis', 'client-secret', 'client_secret', 'content-type', 'credential', 'credentials', 'database', 'default',
  'development', 'dummy', 'enter-your-key', 'error', 'example', 'exception', 'false', 'fill-me-in', 'fixme', 'foobar', 'function',
  'guest', 'hunter', 'insert-key-here', 'insert-token-here', 'internal', 'iloveyou', 'letmein', 'localhost', 'master', 'message',
  'my-api-key', 'my-secret', 'my-token', 'mypassword', 'mysecret', 'mytoken', 'none', 'not-a-secret', 'null', 'object',
  'passphrase', 'passwd', 'password', 'passw0rd', 'p@ssw0rd', 'p@ssword', 'placeholder', 'production', 'qwerty', 'qwertyui',
  'qwertyuiop', 'redacted', 'repository', 'replace-me', 'replace_me', 'replaceme', 'response', 'root', 'sample', 'secret',
  'secretkey', 'secret-key', 'secret_key', 'staging', 'string', 'success', 'supersecret', 'super-secret', 'temporary', 'test',
  'testing', 'testkey', 'test-key', 'testpassword', 'testtoken', 'test-token', 'todo', 'token', 'true', 'undefined', 'unknown',
  'username', 'version', 'welcome', 'your-api-key', 'your_api_key', 'your-key-here', 'your-secret', 'your-token', 'your_token',
  'your-token-here', 'your_token_here', 'yourpassword', 'zxcvbnm', '0123456789', '01234567', '12345678', '123456789', '1234567890',
  '87654321', '987654321', '9876543210',
]);
