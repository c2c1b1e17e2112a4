// One GET on loopback: as a service of outloop, and as a script that does nothing else.

/** YAML of a service whose alias `bench.<scheme>.get` sends it with a credential; `ca` is the authority's file, for https. */
export function requestService(scheme, port, ca = null) {
  return `version: 1
service: bench-${scheme}
title: Bench over ${scheme}
base: ${scheme}://127.0.0.1:${port}
networks: [127.0.0.0/8]
${ca === null ? '' : `ca: ${ca}\n`}slots: { token: { scheme: bearer, hosts: [127.0.0.1] } }
aliases:
  bench.${scheme}.get: { title: Get, effect: read, http: { method: GET, path: / } }
`;
}

/** The script for \`node -e\`. Over https it trusts the authority's file alone. */
export function requestScript(scheme, port, ca = null) {
  const trust = ca === null ? '' : `, ca: require('node:fs').readFileSync(${JSON.stringify(ca)})`;
  return `require('node:${scheme}').get({ host: '127.0.0.1', port: ${port}, agent: false${trust} }, (answer) => answer.pipe(process.stdout))`;
}
