// Writes dist/third-party-notices.txt: the packages whose code stands in the bundles, with the licences that they ask to be handed on.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const LICENCE_FILE = /^(licen[cs]e|copying|notice)([-.].*)?$/i;

/** Writes the notices for the packages that the builds' inputs come from. `inputs`: paths of bundled files, relative to the project. */
export function writeNotices(inputs) {
  const folders = [...new Set(inputs.map(packageFolder).filter((folder) => folder !== null))];
  const notices = folders.map(readNotice).sort((a, b) => (a.title < b.title ? -1 : 1));
  const texts = notices.filter(({ title }, index) => title !== notices[index - 1]?.title).map(formatNotice);
  const head = 'The bundles of outloop hold code of these packages, unchanged, each under its own licence.\n';
  writeFileSync(join(root, 'dist/third-party-notices.txt'), [head, ...texts].join(`\n${'-'.repeat(80)}\n\n`));
}

/** The innermost installed package that holds a file, null for a file of our own. */
function packageFolder(input) {
  const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
  return match === null ? null : join(root, match[1]);
}

function readNotice(folder) {
  const { name, version, license, repository, homepage } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const source = (typeof repository === 'string' ? repository : repository?.url) ?? homepage ?? name;
  const files = readdirSync(folder)
    .filter((file) => LICENCE_FILE.test(file))
    .sort();
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
  if (license === undefined && texts.length === 0) throw new Error(`${name} ${version} states no licence`);
  return { title: `${name} ${version}`, license, source, texts };
}

function formatNotice({ title, license, source, texts }) {
  return [`${title}\nLicence: ${license ?? 'see below'}\nSource: ${source}`, ...texts].join('\n\n') + '\n';
}
