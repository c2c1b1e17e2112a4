/** The version in package.json, put in by the build. */
declare const OUTLOOP_VERSION: string;
