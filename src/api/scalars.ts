import type { JsonObject } from "../object/json.ts";

/** An integer of 64 bits: a bigint only where a number would not hold it exactly. `Number(x)` where that cannot matter. */
export type Int64 = number | bigint;

/** RFC 3339 in UTC, whole seconds. */
export type Time = string;

/** RFC 3339 in UTC, six digits of fraction. */
export type MicroTime = string;

/** A duration as Go writes it: 1h0m0s. */
export type Duration = string;

/** An amount in text, see object/quantity.ts. */
export type Quantity = string;

/** Base64. */
export type Bytes = string;

/** A port by number or name, an amount or a percentage. */
export type IntOrString = number | string;

/** An object whose type is not known here. */
export type RawObject = JsonObject;
