import type { Template } from '../model/service.js';

/** A template as it was read, or what is wrong with it. */
export type ReadTemplate = { readonly kind: 'ok'; readonly template: Template } | { readonly kind: 'invalid'; readonly message: string };

/** How a parameter is spelt, on the command line and between braces. */
export const PARAM_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/** Reads `text with {name}`. `{{` and `}}` stand for a brace each; a brace that is neither is a mistake, never literal. */
export function readTemplate(text: string): ReadTemplate {
  const parts: ({ text: string } | { param: string })[] = [];
  let literal = '';
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character !== '{' && character !== '}') {
      literal += character;
    } else if (text.charAt(at + 1) === character) {
      literal += character;
      at++;
    } else {
      const end = character === '{' ? text.indexOf('}', at) : -1;
      const name = text.slice(at + 1, Math.max(end, at + 1));
      if (end < 0 || !PARAM_NAME.test(name)) {
        return { kind: 'invalid', message: 'a brace must enclose a parameter’s name; write {{ or }} for a brace itself' };
      }
      if (literal !== '') parts.push({ text: literal });
      parts.push({ param: name });
      literal = '';
      at = end;
    }
  }
  if (literal !== '') parts.push({ text: literal });
  return { kind: 'ok', template: parts };
}
