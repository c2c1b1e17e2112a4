import { awsSigv4 } from './aws-sigv4.js';
import { githubApp } from './github-app.js';
import { oauthClientCredentials } from './oauth-client-credentials.js';
import { oauthRefreshToken } from './oauth-refresh-token.js';
import type { Scheme } from './scheme.js';

/** Schemes that most services do not use, in a bundle of their own: it is loaded when a slot names one. A new one is a file and a line here. */
export const RARE_SCHEMES: ReadonlyMap<string, Scheme> = new Map([
  ['aws-sigv4', awsSigv4],
  ['github-app', githubApp],
  ['oauth-client-credentials', oauthClientCredentials],
  ['oauth-refresh-token', oauthRefreshToken],
]);
