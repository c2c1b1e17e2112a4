// Writes what is made from the sources: oclif.manifest.json, docs/denials.md and docs/status-record.schema.json.
import { createRequire } from 'node:module';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Plugin } from '@oclif/core';
import { describeStatusRecord } from './status-record-schema.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { CATALOGUE, blankCommand, HTTP_ERROR_EXIT, LAST_BEFORE_BACKEND } = createRequire(import.meta.url)(join(root, 'dist/cli.cjs'));

const plugin = new Plugin({ root, type: 'core', ignoreManifest: true, errorOnManifestCreate: true });
await plugin.load();
const { manifest } = plugin;
writeFileSync(join(root, 'oclif.manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);

/** What an operator sees in its place. */
const stepOf = ({ who, command, operator = who === 'operator' ? command : null }) =>
  operator === null ? '' : `\`${blankCommand(operator)}\``;

const rows = Object.entries(CATALOGUE).map(
  ([code, entry]) =>
    `| ${entry.exit} | \`${code}\` | ${entry.meaning} | ${entry.who} | ${entry.next} | ${stepOf(entry)} | ${entry.retry} |`,
);
writeFileSync(
  join(root, 'docs/denials.md'),
  `# Denials and endings

Made from \`src/denial/catalogue.ts\` by \`npm run generate\`. Exits up to 112: nothing was fetched. 113 to 115: the service was
not touched. 116 to 118: the action had started, so look before trying again. An HTTP answer of 400 or more is no denial: it
exits 22, with \`http_status\` in the status record.

| exit | code | meaning | who can act | safe next step | an operator’s, at their own commands | retry |
|---|---|---|---|---|---|---|
${rows.join('\n')}
`,
);

const schema = describeStatusRecord(CATALOGUE, { lastBefore: LAST_BEFORE_BACKEND, httpError: HTTP_ERROR_EXIT });
writeFileSync(join(root, 'docs/status-record.schema.json'), `${JSON.stringify(schema, null, 2)}\n`);
