import type { Json } from "../outcome.ts";
import { isTrue } from "./expression.ts";
import { Each, Expression, isFields, type Scope, type Template, When } from "./template.ts";

/** Evaluates a template that is a list: what its conditions leave out is not in it. */
export function evaluateList(list: readonly Template[], scope: Scope): Json[] {
  return list.flatMap((template) => {
    if (template instanceof When) {
      return isTrue(template.condition.evaluate(scope))
        ? evaluateList([template.template], scope)
        : [];
    }
    if (template instanceof Each) {
      return scopesOf(template, scope).flatMap((each) => evaluateList([template.template], each));
    }
    return [evaluate(template, scope)];
  });
}

function evaluate(template: Template, scope: Scope): Json {
  if (template instanceof Expression) return template.evaluate(scope);
  if (Array.isArray(template)) return evaluateList(template, scope);
  if (isFields(template)) {
    const fields = Object.entries(template).flatMap(([name, field]) =>
      evaluateList([field], scope).map((found): [string, Json] => [name, found]),
    );
    return Object.fromEntries(fields);
  }
  return template as Json;
}

function scopesOf({ over, variables }: Each, scope: Scope): Scope[] {
  const found = over.evaluate(scope);
  const [name, entry] = variables;
  const named = (given: Record<string, Json>): Scope => ({
    ...scope,
    variables: { ...scope.variables, ...given },
  });
  if (name === undefined || typeof found !== "object" || found === null) return [];
  if (entry === undefined) return Object.values(found).map((member) => named({ [name]: member }));
  return Object.entries(found)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => named({ [name]: key, [entry]: member as Json }));
}
