import type { CiProvider } from '../model/ci.js';

/** What a caller's environment says of the CI that it is in. `marker`: what the principal would be called, null: no CI shows. */
export type CiEvidence = { readonly env: Readonly<Record<string, string | undefined>>; readonly marker: string | null };

/** How a job of one CI is told. */
export type CiService = {
  readonly hasMarker: (evidence: CiEvidence) => boolean;
  /** The address of the repository that the environment names, null where it names none; `none` where this CI says nothing of it. */
  readonly address: 'none' | ((env: CiEvidence['env']) => string | null);
  /** Whether two spellings that differ in case name one repository. */
  readonly ignoresCase: boolean;
};

/**
 * GitHub: docs.github.com/en/actions/reference/variables-reference. GitLab: docs.gitlab.com/ci/variables/predefined_variables. Any other CI shows
 * itself by a marker of its own (src/principal/markers.ts).
 */
const CI_SERVICES: Readonly<Record<CiProvider, CiService>> = {
  github: {
    hasMarker: ({ env }) => env['GITHUB_ACTIONS'] === 'true',
    address: ({ GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: name }) =>
      server === undefined || name === undefined ? null : `${server}/${name}`,
    ignoresCase: true,
  },
  gitlab: {
    hasMarker: ({ env }) => env['GITLAB_CI'] === 'true',
    address: ({ CI_PROJECT_URL: url }) => url ?? null,
    ignoresCase: true,
  },
  generic: { hasMarker: ({ marker }) => marker !== null, address: 'none', ignoresCase: false },
};

export function findCiService(provider: CiProvider): CiService {
  return CI_SERVICES[provider];
}
