/** Whose the backends' own tokens are, in the place of a tenant: `@backends/doppler`. No tenant can bear this name. */
export const BACKENDS_OWNER = '@backends';
