import { notImplemented } from "../object/status.ts";
export function tableAnswer(..._: unknown[]): never { throw notImplemented("tables"); }
export function scaleTable(..._: unknown[]): never { throw notImplemented("tables"); }
export function tableEvents(..._: unknown[]): never { throw notImplemented("tables"); }
