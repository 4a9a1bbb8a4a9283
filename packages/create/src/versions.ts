/**
 * The versions that a project begins with: those that this repository's own lock has been tested with.
 * A test compares them.
 */
export const VERSIONS = {
  countersignVersion: "0.1.0",
  nodeVersion: "26.10.0",
  nodeTypesVersion: "^26.6.6",
  typescriptVersion: "~7.0.2",
  yamlVersion: "^2.9.1",
  zodVersion: "^4.6.7",
} as const;
