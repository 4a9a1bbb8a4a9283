import { cancel, intro, isCancel, select, text } from "@clack/prompts";
import { CreateError } from "./create-error.ts";
import { defaultKinds } from "./default-answers.ts";
import { wrongGroup, wrongKind, wrongName } from "./naming.ts";
import { TEMPLATES } from "./project.ts";
import { FIELD_TYPES, parseSpecField } from "./spec-field.ts";

/** What flags have said already. */
export interface Answers {
  readonly folder?: string | undefined;
  readonly template?: string | undefined;
  readonly group?: string | undefined;
  readonly issuer?: string | undefined;
  readonly clusterIssuer?: string | undefined;
  readonly fields?: readonly string[] | undefined;
}

const TEMPLATE_HINTS = {
  http: "orders, every error a CA can give, and a CA that misbehaves to order",
  minimal: "check() and sign(), and no more",
} as const;

/** Asks for what flags have not said. Wrong answers are asked for again. */
export async function ask(given: Answers): Promise<Answers> {
  intro("A cert-manager issuer of your own");
  const folder =
    given.folder ??
    (await answer(
      text({
        message: "What is the project called?",
        placeholder: "acme-issuer",
        validate: (value) => wrongName(value ?? ""),
      }),
    ));
  const group =
    given.group ??
    (await answer(
      text({
        message: "Its API group, a domain of yours?",
        placeholder: "issuers.example.com",
        validate: (value) => wrongGroup(value ?? ""),
      }),
    ));
  const isKindGiven = given.issuer !== undefined || given.clusterIssuer !== undefined;
  const kinds = isKindGiven ? given : await askKinds(folder);
  const template = given.template ?? (await askTemplate());
  const fields = given.fields ?? (await askFields());
  return { ...given, folder, group, template, fields, ...kinds };
}

async function askKinds(folder: string): Promise<Pick<Answers, "issuer" | "clusterIssuer">> {
  const { issuer, clusterIssuer } = defaultKinds(folder);
  const askKind = (message: string, initialValue: string): Promise<string> =>
    answer(
      text({
        message,
        initialValue,
        validate: (value = "") => (value === "" ? undefined : wrongKind(value)),
      }),
    );
  const namespaced = await askKind("The kind of an issuer in a namespace? Empty for none", issuer);
  const cluster = await askKind("The kind of a cluster issuer? Empty for none", clusterIssuer);
  return { issuer: namespaced || undefined, clusterIssuer: cluster || undefined };
}

function askTemplate(): Promise<string> {
  const options = TEMPLATES.map((value) => ({ value, label: value, hint: TEMPLATE_HINTS[value] }));
  return answer(select({ message: "What to begin with?", options }));
}

async function askFields(): Promise<string[]> {
  const said = await answer(
    text({
      message: `More fields of the spec than url and authSecretName? As profile:string or retries:integer?, of ${FIELD_TYPES}; empty for none`,
      initialValue: "",
      validate: (value = "") => {
        try {
          for (const field of listOf(value)) parseSpecField(field);
          return undefined;
        } catch (error) {
          return (error as Error).message;
        }
      },
    }),
  );
  return listOf(said);
}

function listOf(said: string | undefined): string[] {
  return (said ?? "").split(/[\s,]+/).filter((each) => each !== "");
}

/** @throws CreateError where the user has had enough. */
async function answer<T>(question: Promise<T>): Promise<Exclude<T, symbol>> {
  const said = await question;
  if (!isCancel(said)) return said as Exclude<T, symbol>;
  cancel("Nothing was written.");
  throw new CreateError("ERR_CREATE_FAILED", "");
}
