import { syncBuiltinESMExports } from 'node:module';
import { onTestFinished } from 'vitest';

/**
 * Puts a function in the place of one of a module of Node's, which is given as its default export, for everybody who imports it, until the test is over:
 * for what the system says no to, and would not to root.
 */
export function replaceBuiltin<M extends object, K extends keyof M>(module: M, name: K, make: (real: M[K]) => M[K]): void {
  const real = module[name];
  const put = (value: M[K]): void => {
    module[name] = value;
    syncBuiltinESMExports();
  };
  put(make(real));
  onTestFinished(() => put(real));
}

/** An error as the system gives it. */
export function systemError(code: string, syscall: string): Error {
  return Object.assign(new Error(`${code}, ${syscall}`), { code, syscall });
}
