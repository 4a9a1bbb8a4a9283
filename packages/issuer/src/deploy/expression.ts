import type { Json } from "../outcome.ts";
import {
  Each,
  Expression,
  type Form,
  Literal,
  type Scope,
  type Template,
  When,
} from "./template.ts";
import { formOf, type ValuePath } from "./values.ts";

/** The release's name, by which all that it consists of is called. */
export const NAME: Expression<string> = new Expression(
  "text",
  "$.Release.Name",
  ({ name }) => name,
);

/** The namespace that the controller runs in. */
export const NAMESPACE: Expression<string> = new Expression(
  "text",
  "$.Release.Namespace",
  ({ namespace }) => namespace,
);

/** One of the chart's values. */
export function value(path: ValuePath): Expression {
  return new Expression(formOf(path), `$.Values.${path}`, ({ values }) => valueAt(values, path));
}

/** What a loop calls its member. */
export function variable(name: string, form: Form = "text"): Expression {
  return new Expression(form, `$${name}`, ({ variables }) => variables[name] ?? null);
}

/** A text with expressions in it. */
export function text(
  strings: TemplateStringsArray,
  ...expressions: readonly Expression[]
): Expression<string> {
  const format = strings.map((each) => each.replaceAll("%", "%%")).join("%v");
  const args = expressions.map(({ form, helm }) =>
    form === "number" ? `(int ${helm})` : `(${helm})`,
  );
  return new Expression("text", ["printf", JSON.stringify(format), ...args].join(" "), (scope) =>
    String.raw({ raw: strings }, ...expressions.map((each) => String(each.evaluate(scope)))),
  );
}

/** A text that is always the same, where an expression is asked for. */
export function literal(constant: string): Literal {
  return new Literal(constant);
}

/** A list's members with commas between them. */
export function joined(list: Expression): Expression<string> {
  return new Expression("text", `join "," ${list.helm}`, (scope) =>
    membersOf(list, scope).join(","),
  );
}

/** The first, unless it is empty; else the second. */
export function either(first: Expression, second: Expression): Expression {
  return new Expression(first.form, `default (${second.helm}) (${first.helm})`, (scope) => {
    const found = first.evaluate(scope);
    return isTrue(found) ? found : second.evaluate(scope);
  });
}

/** Whether something is not empty, as Go's templates see it. */
export function isSet(expression: Expression): Expression<boolean> {
  return new Expression("truth", expression.helm, (scope) => isTrue(expression.evaluate(scope)));
}

export function not(condition: Expression): Expression<boolean> {
  return new Expression(
    "truth",
    `not (${condition.helm})`,
    (scope) => !isTrue(condition.evaluate(scope)),
  );
}

export function all(...conditions: readonly Expression[]): Expression<boolean> {
  const helm = ["and", ...conditions.map((each) => `(${each.helm})`)].join(" ");
  return new Expression("truth", helm, (scope) =>
    conditions.every((each) => isTrue(each.evaluate(scope))),
  );
}

/** Whether a number is above another. */
export function isAbove(number: Expression, bound: number): Expression<boolean> {
  return new Expression(
    "truth",
    `gt (int ${number.helm}) ${bound}`,
    (scope) => Number(number.evaluate(scope)) > bound,
  );
}

/** Whether a list has a member. */
export function includes(list: Expression, member: Expression): Expression<boolean> {
  return new Expression("truth", `has (${member.helm}) ${list.helm}`, (scope) =>
    membersOf(list, scope).includes(member.evaluate(scope)),
  );
}

/** Whether a map has a key. */
export function hasKey(map: Expression, key: Expression): Expression<boolean> {
  return new Expression("truth", `hasKey ${map.helm} (${key.helm})`, (scope) =>
    Object.hasOwn(Object(map.evaluate(scope)), String(key.evaluate(scope))),
  );
}

/** Leaves a member of a list or a field out, unless the condition is true. */
export function when(condition: Expression, template: Template): When {
  return new When(condition, template);
}

/** A member for each of a list of texts. */
export function each(
  list: Expression,
  name: string,
  template: (member: Expression) => Template,
): Each {
  return new Each(list, [name], template(variable(name)));
}

/** A list's members, whatever they are, among other members. */
export function membersIn(list: Expression, name: string): Each {
  return new Each(list, [name], variable(name, "structure"));
}

/** Fields, and those of a map that are called otherwise. */
export function withFieldsOf(
  map: Expression,
  fields: Readonly<Record<string, Expression>>,
): Expression {
  const own = Object.entries(fields);
  const dict = own.flatMap(([name, field]) => [JSON.stringify(name), `(${field.helm})`]);
  return new Expression("structure", `merge (dict ${dict.join(" ")}) ${map.helm}`, (scope) => ({
    ...Object(map.evaluate(scope)),
    ...Object.fromEntries(own.map(([name, field]) => [name, field.evaluate(scope)])),
  }));
}

/** A member for each entry of a map, in the order of its keys. */
export function eachEntry(
  map: Expression,
  names: readonly [key: string, value: string],
  template: (key: Expression, value: Expression) => Template,
): Each {
  const [key, entry] = names;
  return new Each(map, names, template(variable(key), variable(entry, "structure")));
}

/** As Go's templates see it: nothing, 0, false and what has no members are not true. */
export function isTrue(found: Json): boolean {
  if (typeof found !== "object" || found === null) return Boolean(found);
  return Object.keys(found).length > 0;
}

function membersOf(list: Expression, scope: Scope): readonly Json[] {
  const found = list.evaluate(scope);
  return Array.isArray(found) ? found : [];
}

function valueAt(values: Json, path: string): Json {
  return path.split(".").reduce((found: Json, key) => {
    const isMap = typeof found === "object" && found !== null && !Array.isArray(found);
    return isMap ? ((found as Record<string, Json>)[key] ?? null) : null;
  }, values);
}
