import { Args, Flags } from '@oclif/core';
import { isBackup } from '../broker/administration/import-plan.js';
import { scanForKeys, type Finding, type ScanReport } from '../broker/administration/scan.js';
import { BaseCommand, jsonFlag } from '../cli/base-command.js';
import { countWords } from '../model/count-words.js';
import { showText } from '../model/show-text.js';

const KINDS = ['env', 'agent', 'history', 'schedule'] as const;
/** Folders of other people's code are told by their number; everything else by its name, up to so many. */
const SHOWN = 20;

export default class Scan extends BaseCommand {
  static override summary =
    'Find keys that lie about: in .env files, configuration of agents and MCP servers, shell history and scheduled tasks. It shows where and what, never the key';
  static override examples = [
    '<%= config.bin %> scan',
    '<%= config.bin %> scan ~/clients/acme',
    '<%= config.bin %> scan --kind agent --json',
  ];
  static override strict = false;
  static override args = {
    folder: Args.string({ description: 'folders to look in; the linked ones and your own well-known files when left out' }),
  };
  static override flags = {
    kind: Flags.option({ options: KINDS, multiple: true, description: 'look at this kind of file alone' })(),
    places: Flags.boolean({ allowNo: true, description: 'look at your own well-known files too; the default without a folder' }),
    json: jsonFlag,
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Scan);
    const folders = argv.map(String);
    const wish = { folders, places: flags.places ?? folders.length === 0, kinds: flags.kind ?? KINDS };
    const report = await scanForKeys(this.world, this.caller, wish);
    if ('kind' in report) this.error(showText(report.message), { exit: 2 });
    if (flags.json) this.printJson(report);
    else this.#show(report);
    if (report.findings.length > 0) this.exit(1);
  }

  #show({ findings, skipped, unreadable, folders, files }: ScanReport): void {
    for (const { file, line, column, what, name } of findings) {
      this.print(`${showText(file)}:${line}:${column}  ${what}${name === null ? '' : ` (${showText(name)})`}`);
    }
    for (const { path, why } of unreadable) this.say(`not read: ${showText(path)} ${why}`, this.paintErr.yellow);
    const aside = skipped.filter(({ why }) => why === 'is not looked into');
    const told = skipped.filter((one) => !aside.includes(one));
    for (const { path, why } of told.slice(0, SHOWN)) this.say(`skipped: ${showText(path)} ${why}`);
    if (told.length > SHOWN) this.say(`skipped: ${told.length - SHOWN} more; --json names them all`);
    if (aside.length > 0) this.say(`skipped: ${countWords(aside.length, 'folder')} such as node_modules and .git; --json names them all`);
    const where = folders.length === 0 ? '' : ` in ${countWords(folders.length, 'folder')}`;
    this.say(`looked at ${countWords(files, 'file')}${where}: ${countWords(findings.length, 'key')}`);
    for (const step of nextSteps(findings)) this.say(`next: ${step}`);
  }
}

/** One step for each kind of place that has a key in it. */
function nextSteps(findings: readonly Finding[]): string[] {
  const files = [...new Map(findings.map((finding) => [finding.file, finding])).values()];
  const backups = files.filter(({ file }) => isBackup(file));
  const dotenv = files.filter(({ file, place }) => place === 'env' && !isBackup(file) && /\.env[^/]*$|\.dev\.vars$/.test(file));
  const steps = [
    ...dotenv.slice(0, 5).map(({ file, tenant }) => `outloop import env ${quote(file)} --tenant ${tenant ?? 'TENANT'} --replace`),
    ...backups.slice(0, 5).map(({ file }) => `rm ${quote(file)}, when all is well: it is what import env --backup kept`),
  ];
  const others = findings.filter(({ file }) => ![...dotenv, ...backups].some((known) => known.file === file));
  if (others.some(({ place }) => place !== 'history')) {
    steps.push('outloop secret set TENANT/NAME, then take the key out of its file and let the agent or task use outloop run');
  }
  if (others.some(({ place }) => place === 'history')) steps.push('make a new key where one stands in a history, and remove the line');
  return steps;
}

function quote(path: string): string {
  return /^[\w./@+-]+$/.test(path) ? path : `'${showText(path).replaceAll("'", `'\\''`)}'`;
}
