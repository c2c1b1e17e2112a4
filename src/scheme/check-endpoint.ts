/** What is wrong with an endpoint's address, in a clause. Plain http is for this machine alone, which the destination's check sees to. */
export function checkEndpoint(name: string, text: string): string | null {
  if (!URL.canParse(text)) return `${name} must be the address of the endpoint`;
  const url = new URL(text);
  const plain = url.username === '' && url.password === '' && url.hash === '' && !text.includes('#');
  if ((url.protocol !== 'https:' && url.protocol !== 'http:') || !plain) return `${name} must be https, without a user name and a fragment`;
  return url.href === text || url.href === `${text}/` ? null : `${name} must be spelt as it is sent: lower-case host, no default port`;
}
