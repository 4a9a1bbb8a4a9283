import { Application, ReflectionKind } from "typedoc";

/**
 * A plugin of typedoc: warns of an exported function without a doc comment. typedoc's own check of
 * functions is one of methods too, of which many need no more than their name.
 */
export function load(app: Application): void {
  app.on(Application.EVENT_VALIDATE_PROJECT, (project) => {
    for (const module of project.getReflectionsByKind(ReflectionKind.Module)) {
      if (!module.isDeclaration()) continue;
      const functions = module.getChildrenByKind(ReflectionKind.Function);
      for (const { name, signatures = [] } of functions) {
        if (signatures.some((signature) => signature.hasComment())) continue;
        app.logger.warn(`${module.name}.${name}() does not have any documentation`);
      }
    }
  });
}
