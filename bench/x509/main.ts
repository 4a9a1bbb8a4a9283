import { benchHostile } from "./hostile.ts";
import { benchIssue } from "./issue.ts";

const isHostileWithin = benchHostile();
const isIssueWithin = await benchIssue();
process.exitCode = isHostileWithin && isIssueWithin ? 0 : 1;
