/** The build of recheck that is JavaScript alone; it has no types of its own. */
declare module 'recheck/lib/browser.js' {
  import type { checkSync as CheckSync } from 'recheck';
  const recheck: { readonly checkSync: typeof CheckSync };
  export default recheck;
}
