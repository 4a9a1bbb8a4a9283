/** Major and minor. */
export type Version = readonly [number, number];

/** The first version in a text such as `etcd Version: 3.6.15` or `go1.26.8`. */
export function firstVersion(text: string): Version | undefined {
  const match = /(\d+)\.(\d+)/.exec(text);
  return match === null ? undefined : [Number(match[1]), Number(match[2])];
}

/** Negative when a is older than b, 0 when both are the same. */
export function compareVersions(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1];
}

/** As people write it: `1.30`. */
export function formatVersion([major, minor]: Version): string {
  return `${major}.${minor}`;
}
