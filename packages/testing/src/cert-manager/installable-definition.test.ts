import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { installableDefinition } from "./installable-definition.ts";
import type { CustomResourceDefinition } from "./resources.ts";

const SPEC = { group: "cert-manager.io", versions: [{ name: "v1", served: true, storage: true }] };

function definition(spec: object, metadata: object = {}): CustomResourceDefinition {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "certificaterequests.cert-manager.io", ...metadata },
    spec,
  };
}

describe("installableDefinition()", () => {
  it("drops labels and annotations, which hold Helm's templates", () => {
    const templated = definition(SPEC, {
      labels: { app: '{{ template "cert-manager.name" . }}' },
      annotations: { "cert-manager.io/inject-ca-from-secret": '{{ template "webhook.caRef" . }}' },
    });
    assert.deepEqual(installableDefinition(templated), definition(SPEC));
  });

  it("drops a conversion webhook, which nothing serves", () => {
    const conversion = { strategy: "Webhook", webhook: { conversionReviewVersions: ["v1"] } };
    assert.deepEqual(installableDefinition(definition({ ...SPEC, conversion })), definition(SPEC));
  });

  it("drops the status that old sources carry", () => {
    const status = { conditions: [] };
    assert.deepEqual(installableDefinition({ ...definition(SPEC), status }), definition(SPEC));
  });

  it("keeps all else", () => {
    const kept = definition({ ...SPEC, conversion: { strategy: "None" } });
    assert.deepEqual(installableDefinition(kept), kept);
  });
});
