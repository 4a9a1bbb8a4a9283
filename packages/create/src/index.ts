export { CreateError, type CreateErrorCode, isCreateError } from "./create-error.ts";
export { main } from "./main.ts";
export { checkProject, type Project, type ProjectDraft, type Template } from "./project.ts";
export { type ProjectFile, projectFiles } from "./project-files.ts";
export type { FieldType, SpecField } from "./spec-field.ts";
