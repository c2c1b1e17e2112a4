import { expect, it } from 'vitest';
import { MemoryBackend } from '../../../src/credential/memory/memory-backend.js';
import { askOf } from '../make-setting.js';

it('it counts how often a value was asked for', async () => {
  const backend = new MemoryBackend({ 'acme/bot': 'a value of acme' });
  await backend.probe(askOf().signal);
  await backend.list(askOf());
  expect(backend.calls).toBe(0);
  await backend.get('acme/bot', askOf());
  await backend.get('acme/none', askOf());
  expect(backend.calls).toBe(2);
});

it.each(['locked', 'unavailable'] as const)('in a mood to be %s it gives nothing and takes nothing', async (mood) => {
  const backend = new MemoryBackend({ 'acme/bot': 'a value of acme' });
  backend.mood = mood;
  const answers = [
    backend.get('acme/bot', askOf()),
    backend.put('acme/bot', Buffer.from('another'), askOf()),
    backend.remove('acme/bot', askOf()),
  ];
  for (const answer of await Promise.all([...answers, backend.list(askOf()), backend.probe(askOf().signal)]))
    expect(answer.kind).toBe(mood);
  backend.mood = 'ready';
  expect(await backend.get('acme/bot', askOf())).toMatchObject({ kind: 'value' });
});
