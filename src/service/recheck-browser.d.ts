/** The build of recheck that is JavaScript alone; it has no types of its own. */
declare module 'recheck/lib/browser.js' {
  const recheck: typeof import('recheck');
  export default recheck;
}
