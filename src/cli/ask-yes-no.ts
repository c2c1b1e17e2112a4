import { createInterface } from 'node:readline';
import { giveBackOnSignal } from './give-back-terminal.js';

const ANSWERS: ReadonlyMap<string, boolean> = new Map([
  ['y', true],
  ['yes', true],
  ['n', false],
  ['no', false],
]);

/** The terminal that is asked on. */
export type Terminal = { readonly input: NodeJS.ReadableStream; readonly output: NodeJS.WritableStream };

/** Asks until it is answered; Enter alone answers `otherwise`. What is neither yes nor no agrees to nothing: it may have been typed for somebody else. Ctrl-C and Ctrl-D are a no. A signal that ends us finds the terminal given back. */
export function askYesNo(question: string, otherwise: boolean, { input, output }: Terminal): Promise<boolean> {
  const lines = createInterface({ input, output, terminal: true, historySize: 0, prompt: `? ${question} (${otherwise ? 'Y/n' : 'y/N'}) ` });
  let answered = false;
  const release = giveBackOnSignal(() => lines.close());
  return new Promise((resolve) => {
    lines.on('line', (line) => {
      const typed = line.trim().toLowerCase();
      const answer = typed === '' ? otherwise : ANSWERS.get(typed);
      if (answer === undefined) {
        output.write('  Type y or n.\n');
        lines.prompt();
        return;
      }
      answered = true;
      resolve(answer);
      lines.close();
    });
    lines.on('close', () => {
      release();
      // Ctrl-C and Ctrl-D leave the question's line open.
      if (!answered) output.write('\n');
      resolve(false);
    });
    lines.prompt();
  });
}
