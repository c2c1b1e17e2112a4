/** All that only HTTP needs: one bundle of its own, loaded when an alias is a request, or a credential is exchanged by one. */
export { checkBase } from '../net/check-base.js';
export { fillHttp } from '../service/fill-http.js';
export { performRequest } from './perform-request.js';
