import { createHash } from 'node:crypto';

/**
 * A secret with what must not come out of it. `guarded`: its parts that are secret. `window`: a fragment of so many characters is one too many, twelve unless
 * fewer bits stand in each. `kind`: in letters and digits of either case, byte for byte, or too short for all but the plain forms.
 */
export type Subject = {
  readonly value: string;
  readonly guarded: readonly string[];
  readonly window: number;
  readonly kind: 'folded' | 'exact' | 'short';
};

const folded = (value: string, guarded: readonly string[] = [value], window = 12): Subject => ({ value, guarded, window, kind: 'folded' });
const exact = (value: string, window = 12): Subject => ({ value, guarded: [value], window, kind: 'exact' });

const BODY = [
  'M9xQ2vB7kLp4RzT8wYc3NdF6hJs1GmVqXb5KtZ0rWf7PyD4nHgC2jLxS8vM3qR6t',
  'b1ZkW9pF5dYh0TnX4cJg7sGvQ2mL8rVx3HwB6zKq1NfD5yPt9RjC0kSb4WgM7hXd',
];
const PEM = `-----BEGIN PRIVATE KEY-----\n${BODY.join('\n')}\n-----END PRIVATE KEY-----\n`;
const SIGNATURE = 'd9Kx2_Vb7-Qm4Rz8Tw1Yc6Nf3Hj5Gs0Lp9Xt2Zr7Wk4Q';
const CLAIMS = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.';
const PASSWORD = 'Vx7mQ2pLk9TzR4nW8sYc';
const KEY_FILE = { type: 'service_account', project_id: 'acme-1', private_key: PEM, client_email: 'bot@acme-1.example.com' };

const WRITTEN: readonly Subject[] = [
  folded('sk_live_4eC39HqLyjW2Dar8jtT1zdp7dc', ['4eC39HqLyjW2Dar8jtT1zdp7dc']),
  folded('ghp_Zx81kQvT0aLm29RbYcW4HdPs73JuNe56FgKt', ['Zx81kQvT0aLm29RbYcW4HdPs73JuNe56FgKt']),
  folded('wJ4lrX/tnF3MI/K7MD8NG/bPx+fi9CYq5WzH2vLk'),
  folded('3197c7e1f9e6d0ea07747cbc058e834d', undefined, 16),
  folded('83920174650293847561', undefined, 16),
  folded(`${CLAIMS}${SIGNATURE}`, [SIGNATURE]),
  folded(`postgres://app:${PASSWORD}@db.example.com:5432/app`, [PASSWORD]),
  folded(PEM, [BODY.join('')]),
  folded(JSON.stringify(KEY_FILE), BODY),
  exact('p"w/<e>&\'x\\9z+;{Q~'),
  // Its fragments can be read in more ways than one.
  exact('x%41y=3Dz&amp;7\\u0041Q!', 23),
  exact('correct horse battery staple', 28),
  { value: 'q7&<"z', guarded: ['q7&<"z'], window: 6, kind: 'short' },
];

/** As many secrets of random characters, of a length and alphabet that goes with their number. */
const MADE = 20;
const ALPHABETS = ['BCDFGHJKLMNPQRSTVWXZbcdfghjklmnpqrstvwxz', 'bcdfghjklmnpqrstvwxz', 'BCDFGHJKLMNPQRSTVWXZ', 'ABCDQTVWZgjqxknrs+/_-'];

const SUBJECT_COUNT = WRITTEN.length + MADE;

/** A secret by its number. */
export function subject(number: number): Subject {
  const index = number % SUBJECT_COUNT;
  return WRITTEN[index] ?? make(index);
}

/** Every third or fourth character is a digit, and none counts on from the one before: no words, no runs, so that twelve carry enough. */
function make(index: number): Subject {
  const random = createHash('sha512').update(`subject ${index}`).digest();
  const letters = ALPHABETS[index % ALPHABETS.length] ?? '';
  const length = 16 + ((random[63] ?? 0) % 33);
  let value = '';
  let previous = 0;
  for (let i = 0; i < length; i++) {
    const alphabet = i % 3 === 2 ? '0123456789' : letters;
    let at = (random[i] ?? 0) % alphabet.length;
    while (Math.abs(alphabet.charCodeAt(at) - previous) <= 1) at = (at + 2) % alphabet.length;
    previous = alphabet.charCodeAt(at);
    value += alphabet.charAt(at);
  }
  return folded(value);
}
