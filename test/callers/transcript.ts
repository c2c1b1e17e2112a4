import { readFileSync } from 'node:fs';

/** A command of a transcript, with what it prints and how it ends. `who` types it, where there are two: `operator$ ` and `agent$ `. */
export type Step = { readonly who: 'operator' | 'agent' | null; readonly command: string; readonly output: string; readonly exit: number };

const PROMPT = /^(?:(operator|agent))?\$ (.*)$/;

/**
 * The commands of the `console` blocks of a document, in order. A line that begins with a prompt is typed, up to the end of a here document's or of
 * lines that end in a backslash; what follows is printed, standard output first; `(exit N)` is its exit code, 0 where there is none.
 */
export function readTranscript(path: string): readonly Step[] {
  const steps: { who: Step['who']; command: string; lines: string[]; exit: number }[] = [];
  for (const [, block = ''] of readFileSync(path, 'utf8').matchAll(/^```console\n([\s\S]*?)^```$/gm)) {
    let open = false;
    for (const line of block.trimEnd().split('\n')) {
      const last = steps[steps.length - 1];
      const [, who, typed] = PROMPT.exec(line) ?? [];
      const exit = /^\(exit (\d+)\)$/.exec(line)?.[1];
      if (open && last !== undefined) last.command += `\n${line}`;
      else if (typed !== undefined)
        steps.push({ who: who === 'operator' || who === 'agent' ? who : null, command: typed, lines: [], exit: 0 });
      else if (exit !== undefined && last !== undefined) last.exit = Number(exit);
      else last?.lines.push(line);
      open = (open || typed !== undefined) && line.endsWith('\\');
    }
  }
  return steps.map(({ who, command, lines, exit }) => ({ who, command, output: lines.join('\n').trimEnd(), exit }));
}

/** What differs from run to run, as a transcript writes it: the home, the run's id, times, how long it took, a server's port. */
export function normalise(text: string, home: string): string {
  return text
    .replaceAll(home, '~')
    .replace(/\b01[0-9A-HJKMNP-TV-Z]{24}\b/g, '01…')
    .replace(/\b20\d\d-\d\d-\d\dT[0-9:.]+Z/g, '20…Z')
    .replace(/"duration_ms":\d+/g, '"duration_ms":…')
    .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:…')
    .trimEnd();
}
