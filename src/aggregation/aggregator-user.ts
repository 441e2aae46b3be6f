import type { UserInfo } from "../request/context.ts";

/** As whom this server looks at others: they let it see what they serve. */
export const AGGREGATOR: UserInfo = { name: "system:kube-aggregator", groups: ["system:masters"] };

/** As whom it reads what others say of themselves in OpenAPI. */
export const OPENAPI_READER: UserInfo = { name: "system:aggregator", groups: [] };
