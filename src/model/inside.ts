/**
 * The path of what stands in a folder. `folder`: absolute and plain, as node:path's `resolve` gives it; `name`: one name, or several with slashes between. On every run's path and so without `join`, which
 * looks at each character of both: ten microseconds, sixty times a run.
 */
export function inside(folder: string, name: string): string {
  return folder === '/' ? `/${name}` : `${folder}/${name}`;
}
