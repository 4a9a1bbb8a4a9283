/** A switch of a feature, as Kubernetes' programs have them. */
export interface FeatureGate {
  readonly isOnByDefault: boolean;
  /** Kubernetes' words: `DEPRECATED` goes away again, and nothing new should rely on it. */
  readonly stage: "ALPHA" | "BETA" | "DEPRECATED";
  /** What it does while it is on. */
  readonly description: string;
}

/** The name of a gate. */
export type FeatureGateName = "LegacyUnapprovedRequests";

/** Every gate there is. */
export const FEATURE_GATES: Readonly<Record<FeatureGateName, FeatureGate>> = {
  LegacyUnapprovedRequests: {
    isOnByDefault: false,
    stage: "DEPRECATED",
    description: "signs requests without approval, for cert-manager before 1.3, which has none",
  },
};

/** The gates that are on. */
export type FeatureGates = ReadonlySet<FeatureGateName>;

/** The gates that are on where nothing is said. */
export const DEFAULT_FEATURE_GATES: FeatureGates = new Set(
  gateNames().filter((name) => FEATURE_GATES[name].isOnByDefault),
);

/** All gates for a reader of the help, as Kubernetes' programs list theirs. */
export function describeFeatureGates(): string {
  return gateNames()
    .map((name) => {
      const { isOnByDefault, stage, description } = FEATURE_GATES[name];
      return `${name}=true|false (${stage}, default ${isOnByDefault}) ${description}`;
    })
    .join("; ");
}

/**
 * Reads `A=true,B=false`; what is not named stays as in `base`. Of a gate that is named twice the
 * last value holds, as in Kubernetes.
 *
 * @throws RangeError with what must be there instead, and the gates there are.
 */
export function parseFeatureGates(
  text: string,
  base: FeatureGates = DEFAULT_FEATURE_GATES,
): FeatureGates {
  const on = new Set(base);
  const pairs = text.split(",").map((pair) => pair.trim());
  for (const pair of pairs.filter((each) => each !== "")) {
    const { name, isOn } = parsePair(pair);
    if (isOn) on.add(name);
    else on.delete(name);
  }
  return on;
}

function parsePair(pair: string): { name: FeatureGateName; isOn: boolean } {
  const [name = "", value, ...rest] = pair.split("=").map((part) => part.trim());
  if (!isGateName(name)) {
    throw new RangeError(
      `${JSON.stringify(name)} is no feature gate, must be one of ${gateNames().join(", ")}.`,
    );
  }
  if (rest.length > 0 || (value !== "true" && value !== "false")) {
    throw new RangeError(`${JSON.stringify(pair)} must be ${name}=true or ${name}=false.`);
  }
  return { name, isOn: value === "true" };
}

function gateNames(): FeatureGateName[] {
  return Object.keys(FEATURE_GATES).filter(isGateName);
}

function isGateName(name: string): name is FeatureGateName {
  return Object.hasOwn(FEATURE_GATES, name);
}
