import { basename } from 'node:path';
import { deny, type Denial } from '../denial/denial.js';
import type { ToolPin } from '../model/action.js';
import { hashFile, identifyFile } from './hash-file.js';
import { denyUntrusted, inspectPath, type PathTrust } from './inspect-path.js';

/** A vetted executable and what the operator should know of it, in sentences without a final stop. */
export type VettedTool = { readonly kind: 'ok'; readonly pin: ToolPin; readonly warnings: readonly string[] };

/**
 * Resolves an executable, checks who could change it, and takes its SHA-256. `executable` is an absolute path as the
 * service spells it, under which the pin is kept. TOOL_NOT_FOUND, TOOL_UNTRUSTED_PATH, or TOOL_CHANGED when it changed while it was read.
 */
export function vetTool(executable: string, vetting: PathTrust & { readonly service: string }): VettedTool | Denial {
  const facts = { tool: executable, service: vetting.service };
  const found = inspectPath(executable, vetting);
  if (found.kind === 'absent') return deny('TOOL_NOT_FOUND', facts);
  if (found.kind === 'untrusted') return denyUntrusted(found, facts);
  const hashed = hashFile(found.real);
  if (hashed === null || identifyFile(hashed.stat) !== identifyFile(found.stat)) return deny('TOOL_CHANGED', facts);

  const warnings: string[] = [];
  const names = [basename(executable), basename(found.real)];
  if (names.some((name) => SHELLS.test(name))) warnings.push(`${executable} is a shell: its arguments are a program`);
  else if (names.some((name) => RUNNERS.test(name))) warnings.push(`${executable} runs what its arguments name, which is not pinned`);
  else if (names.some((name) => SENDERS.test(name)))
    warnings.push(`${executable} sends whatever its arguments say, wherever they say; an http alias goes to its service’s host alone`);
  const interpreter = readInterpreter(hashed.head);
  if (interpreter !== null) warnings.push(`${executable} is a script: its interpreter ${interpreter} is not pinned`);
  if ((found.stat.mode & SET_ID) !== 0n) warnings.push(`${executable} is set-user-ID or set-group-ID: it runs as another user`);
  return { kind: 'ok', pin: { path: found.real, sha256: hashed.sha256, size: hashed.size }, warnings };
}

const SHELLS = /^(?:ba|da|a|z|k|mk|c|tc|fi|pw)?sh$|^busybox$/;
const RUNNERS =
  /^(?:env|nice|nohup|setsid|timeout|xargs|find|sudo|doas|su|ssh|make|g?awk|mawk|osascript|(?:python|perl|ruby|node|nodejs|deno|bun|php|lua|tclsh)[\d.]*)$/;
const SENDERS = /^(?:curl|wget2?)$/;
/** inode(7): set-user-ID and set-group-ID. */
const SET_ID = 0o6000n;

/** What stands after `#!`, without its arguments (execve(2)); null for what is no script. */
function readInterpreter(head: Uint8Array): string | null {
  const text = Buffer.from(head).toString('latin1');
  const named = /^#![ \t]*(\/[\x21-\x7e]+)/.exec(text);
  return named === null ? (text.startsWith('#!') ? '(unreadable)' : null) : (named[1] ?? null);
}
