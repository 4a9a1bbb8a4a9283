import { benchIssue } from "./issue.ts";

const isWithin = await benchIssue();
process.exitCode = isWithin ? 0 : 1;
