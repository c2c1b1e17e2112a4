/** `.env` files with what they hold (`KEY=value` in order, doubles included), and what is left of them without the values of every key. */
export const DOTENV_FILES: readonly { readonly text: string; readonly found: readonly string[]; readonly emptied: string }[] = [
  { text: '', found: [], emptied: '' },
  { text: '\n# only a comment\n', found: [], emptied: '\n# only a comment\n' },
  { text: 'A=1', found: ['A=1'], emptied: 'A=' },
  { text: 'A=1\nB=2\n', found: ['A=1', 'B=2'], emptied: 'A=\nB=\n' },
  { text: 'A=1\r\nB=2\r\n', found: ['A=1', 'B=2'], emptied: 'A=\r\nB=\r\n' },
  { text: 'A=1\rB=2', found: ['A=1', 'B=2'], emptied: 'A=\rB=' },
  { text: '  export  A = 1  # why\n', found: ['A=1'], emptied: '  export  A =   # why\n' },
  { text: 'A="x y" # why\n', found: ['A=x y'], emptied: 'A= # why\n' },
  { text: "A='x # y'\n", found: ['A=x # y'], emptied: 'A=\n' },
  { text: 'A=`x "y" \'z\'`\n', found: ['A=x "y" \'z\''], emptied: 'A=\n' },
  { text: 'A=x#y\n', found: ['A=x'], emptied: 'A=#y\n' },
  { text: 'A=\nB=2\n', found: ['A=', 'B=2'], emptied: 'A=\nB=\n' },
  { text: 'A=""\nB=\'\'\n', found: ['A=', 'B='], emptied: 'A=\nB=\n' },
  { text: 'A="one\ntwo\nthree"\nB=2\n', found: ['A=one\ntwo\nthree', 'B=2'], emptied: 'A=\nB=\n' },
  { text: "A='one\r\ntwo'\r\nB=2\r\n", found: ['A=one\ntwo', 'B=2'], emptied: 'A=\r\nB=\r\n' },
  { text: 'A="one\\ntwo"\n', found: ['A=one\ntwo'], emptied: 'A=\n' },
  { text: 'A="say \\"hi\\" now"\n', found: ['A=say \\"hi\\" now'], emptied: 'A=\n' },
  { text: 'A="ends in \\"\n', found: ['A=ends in \\'], emptied: 'A=\n' },
  { text: 'A="a"b"\n', found: ['A=a"b'], emptied: 'A=\n' },
  { text: 'A="never closed\nB=2\n', found: ['A="never closed', 'B=2'], emptied: 'A=\nB=\n' },
  { text: 'A=1\nA=2\n', found: ['A=1', 'A=2'], emptied: 'A=1\nA=\n' },
  { text: 'A: yaml-like\nB=2\n', found: ['A=yaml-like', 'B=2'], emptied: 'A: \nB=\n' },
  { text: 'a.b-c=1\n', found: ['a.b-c=1'], emptied: 'a.b-c=\n' },
  { text: 'not an assignment\nA=1\n', found: ['A=1'], emptied: 'not an assignment\nA=\n' },
  { text: '\ufeffA=1\n', found: ['A=1'], emptied: '\ufeffA=\n' },
  { text: 'A=schlüssel-鍵\n', found: ['A=schlüssel-鍵'], emptied: 'A=\n' },
  { text: 'A=postgres://u:p@h/d?x=1\n', found: ['A=postgres://u:p@h/d?x=1'], emptied: 'A=\n' },
  { text: '#A=old\nA=new # A=older\n', found: ['A=new'], emptied: '#A=old\nA= # A=older\n' },
];

/** Files that dotenv reads in a way that no piece of them shows: nothing of them is replaced. */
export const UNCLEAR_FILES: readonly string[] = ['A:\nB=2\n', 'A\n=1\n', '__proto__=1\n', "A=\n'two lines on'\n"];
