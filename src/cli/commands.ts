import Denials from '../commands/denials.js';
export const COMMANDS = { denials: Denials };
