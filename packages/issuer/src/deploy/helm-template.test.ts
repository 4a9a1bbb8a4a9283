import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  each,
  eachEntry,
  isSet,
  literal,
  membersIn,
  NAME,
  not,
  text,
  value,
  when,
} from "./expression.ts";
import { helmTemplate } from "./helm-template.ts";
import type { Template } from "./template.ts";

function lines(...objects: Template[]): string[] {
  return helmTemplate(objects).trimEnd().split("\n");
}

describe("helmTemplate()", () => {
  it("writes each object as a document", () => {
    assert.deepEqual(lines({ a: 1, b: ["x", true], c: {}, d: [], e: null }, { a: { b: "y: z" } }), [
      "---",
      "a: 1",
      "b:",
      "  - x",
      "  - true",
      "c: {}",
      "d: []",
      "e: null",
      "---",
      "a:",
      '  b: "y: z"',
    ]);
  });

  it("writes values as Helm's actions, by what they are", () => {
    const object = {
      text: text`100% of ${NAME} on ${value("metrics.port")}`,
      number: value("replicas"),
      truth: value("metrics.enabled"),
      nested: { structure: value("resources") },
      literal: literal("x"),
    };
    assert.deepEqual(lines(object).slice(1), [
      'text: {{ printf "100%% of %v on %v" ($.Release.Name) (int $.Values.metrics.port) | quote }}',
      "number: {{ int $.Values.replicas }}",
      "truth: {{ $.Values.metrics.enabled }}",
      "nested:",
      "  structure: {{- toYaml ($.Values.resources) | nindent 4 }}",
      "literal: x",
    ]);
  });

  it("refuses a value that the chart has not", () => {
    assert.throws(() => value("replica"), {
      name: "TypeError",
      message: "Cannot use value replica: the chart has none",
    });
  });

  it("asks once about neighbours that depend on the same", () => {
    const isMeasured = value("metrics.enabled");
    const object = {
      a: when(isMeasured, 1),
      b: when(isMeasured, 2),
      c: when(not(isMeasured), 3),
    };
    assert.deepEqual(lines(object).slice(1), [
      "{{- if $.Values.metrics.enabled }}",
      "a: 1",
      "b: 2",
      "{{- end }}",
      "{{- if not ($.Values.metrics.enabled) }}",
      "c: 3",
      "{{- end }}",
    ]);
  });

  it("repeats members and documents", () => {
    const loops = [
      each(value("namespaces"), "namespace", (namespace) => ({ namespace })),
      eachEntry(value("secretNames"), ["namespace", "names"], (namespace, names) =>
        when(isSet(names), { namespace, names }),
      ),
    ];
    assert.deepEqual(lines(...loops, { list: [membersIn(value("extraEnv"), "variable")] }), [
      "{{- range $namespace := $.Values.namespaces }}",
      "---",
      "namespace: {{ $namespace | quote }}",
      "{{- end }}",
      "{{- range $namespace, $names := $.Values.secretNames }}",
      "{{- if $names }}",
      "---",
      "namespace: {{ $namespace | quote }}",
      "names: {{- toYaml ($names) | nindent 2 }}",
      "{{- end }}",
      "{{- end }}",
      "---",
      "list:",
      "{{- range $variable := $.Values.extraEnv }}",
      "  - {{- toYaml ($variable) | nindent 4 }}",
      "{{- end }}",
    ]);
  });

  it("keeps Helm from reading what an author wrote", () => {
    assert.deepEqual(lines({ description: "{{ .Values.x }}", long: "a\nb" }).slice(1), [
      'description: "{{ "{{" }} .Values.x }}"',
      'long: "a\\nb"',
    ]);
  });

  it("refuses a member whose first field may be left out: its dash would go with it", () => {
    assert.throws(() => lines({ list: [{ a: when(NAME, 1), b: 2 }] }), {
      name: "TypeError",
      message:
        "Cannot write a member that begins with {{- if $.Release.Name }}: its first field must stand",
    });
  });
});
