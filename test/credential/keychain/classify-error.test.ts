import { expect, it } from 'vitest';
import { classifyError } from '../../../src/credential/keychain/classify-error.js';

it.each([
  ['locked', "Couldn't access platform storage: Secret Service: unlock prompt was dismissed"],
  ['locked', 'zbus error: org.freedesktop.Secret.Error.IsLocked: Cannot get secret of a locked object'],
  ['locked', 'Platform failure: User interaction is not allowed.'],
  ['locked', 'User canceled the operation.'],
  ['locked', 'The user name or passphrase you entered is not correct.'],
  ['no-collection', "Couldn't access platform storage: Secret Service: no result found"],
  ['no-service', 'Platform failure: DBus error: Using X11 for dbus-daemon autolaunch was disabled at compile time'],
  ['no-service', 'Platform failure: DBus error: Failed to connect to socket /nonexist: No such file or directory'],
  ['no-service', "Couldn't access platform storage: Windows ERROR_NO_SUCH_LOGON_SESSION"],
  ['ambiguous', 'Ambiguous: 2 credentials match'],
  ['failed', 'something nobody has seen'],
])('%s: %s', (fault, text) => {
  expect(classifyError(new Error(text))).toBe(fault);
});

it('what is no error has failed', () => {
  expect(classifyError('locked')).toBe('failed');
});
