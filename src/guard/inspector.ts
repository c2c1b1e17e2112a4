import { deny, type Denial } from '../denial/denial.js';

/** RUNTIME_TAMPERED while Node's inspector listens: whoever reaches it can read every variable. `url` is `inspector.url()`. */
export function inspectorIsOpen(url: string | undefined): Denial | null {
  return url === undefined ? null : deny('RUNTIME_TAMPERED', { marker: 'the open inspector' });
}
