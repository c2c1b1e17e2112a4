import { Args, Command } from '@oclif/core';
import { CATALOGUE, DENIAL_CODES } from '../denial/catalogue.js';

export default class Denials extends Command {
  static override description = 'Show the catalogue of denials: meaning, who acts, next step';
  static override args = { code: Args.string({ description: 'a code' }) };
  async run(): Promise<void> {
    const { args } = await this.parse(Denials);
    for (const code of DENIAL_CODES) if (!args.code || args.code === code) this.log(`${code} ${CATALOGUE[code].exit}`);
  }
}
