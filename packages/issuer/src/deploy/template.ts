/**
 * Objects of which some parts are decided by values. They are written once and come out in two ways:
 * as objects, for some values (`evaluate.ts`); and as a Helm template, which Helm evaluates
 * (`helm-template.ts`). Each expression says what it is in both.
 */
import type { Json } from "../outcome.ts";

/** What a template is evaluated with: what Helm calls a release, and the chart's values. */
export interface Scope {
  readonly name: string;
  readonly namespace: string;
  readonly values: Json;
  /** What loops have given names to. */
  readonly variables: Readonly<Record<string, Json>>;
}

/** How an expression's result stands in YAML. */
export type Form = "text" | "number" | "truth" | "structure";

/** Something that values decide. */
export class Expression<T extends Json = Json> {
  readonly form: Form;
  /** In Helm's language, without the braces. */
  readonly helm: string;
  readonly evaluate: (scope: Scope) => T;

  constructor(form: Form, helm: string, evaluate: (scope: Scope) => T) {
    this.form = form;
    this.helm = helm;
    this.evaluate = evaluate;
  }
}

/** A text that no value decides. */
export class Literal extends Expression<string> {
  readonly constant: string;

  constructor(constant: string) {
    super("text", JSON.stringify(constant), () => constant);
    this.constant = constant;
  }
}

/** A member of a list, or the value of a field, that is left out unless something is true. */
export class When {
  readonly condition: Expression;
  readonly template: Template;

  constructor(condition: Expression, template: Template) {
    this.condition = condition;
    this.template = template;
  }
}

/** Members of a list, one for each member of a list of values or entry of a map of them. */
export class Each {
  readonly over: Expression;
  /** The names of a list's member, or of a map's key and value. */
  readonly variables: readonly string[];
  readonly template: Template;

  constructor(over: Expression, variables: readonly string[], template: Template) {
    this.over = over;
    this.variables = variables;
    this.template = template;
  }
}

/** An object, or a part of one. */
export type Template =
  | Json
  | Expression
  | When
  | Each
  | readonly Template[]
  | { readonly [field: string]: Template };

/** A template that has fields. */
export function isFields(template: Template): template is { readonly [field: string]: Template } {
  const isNode = [Expression, When, Each].some((node) => template instanceof node);
  return typeof template === "object" && template !== null && !Array.isArray(template) && !isNode;
}
