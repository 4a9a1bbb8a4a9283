import { definitionTemplates } from "./definitions.ts";
import { networkPolicyTemplates, serviceMonitorTemplates, serviceTemplates } from "./network.ts";
import type { Program } from "./program.ts";
import { approverTemplates, controllerRightsTemplates } from "./rights.ts";
import type { Template } from "./template.ts";
import { deploymentTemplates, disruptionBudgetTemplates } from "./workload.ts";

/** All that an installation consists of, by the file that it stands in: in the order to apply it in. */
export const PARTS: Readonly<Record<string, (program: Program) => Template[]>> = {
  crds: definitionTemplates,
  rbac: controllerRightsTemplates,
  approver: approverTemplates,
  deployment: deploymentTemplates,
  service: serviceTemplates,
  "network-policy": networkPolicyTemplates,
  "pod-disruption-budget": disruptionBudgetTemplates,
  "service-monitor": serviceMonitorTemplates,
};
