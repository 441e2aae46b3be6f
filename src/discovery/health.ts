import { errorText } from "../object/error-text.ts";
import type { ApiAnswer } from "../request/exchange.ts";
import { pageNotFound, textAnswer } from "../request/text-answer.ts";

/** The three doors: is it healthy (old), should it be restarted, may it get traffic. */
type HealthDoor = "healthz" | "livez" | "readyz";

/** One thing that is really tested. */
export interface HealthCheck {
  /** The original's name where it is the same check. */
  readonly name: string;
  readonly doors: readonly HealthDoor[];
  /** Throws (or rejects) with the reason where it fails. */
  readonly check: () => void | Promise<void>;
}

/** Told of checks that failed; clients are not told why. */
export interface HealthLog {
  warn(fields: object, message: string): void;
}

const DOORS: readonly HealthDoor[] = ["healthz", "livez", "readyz"];

/** Answers /healthz, /livez and /readyz, whole or one check at a time. */
export class HealthEndpoints {
  readonly #checks: readonly HealthCheck[];
  readonly #log: HealthLog;

  /** `checks` run and are listed in this order. */
  constructor(checks: readonly HealthCheck[], log: HealthLog) {
    this.#checks = checks;
    this.#log = log;
  }

  /** The paths that `answer` knows. */
  paths(): string[] {
    return DOORS.flatMap((door) => [`/${door}`, ...this.#behind(door).map(({ name }) => `/${door}/${name}`)]);
  }

  /** Undefined for a path that is no health path. `path` is percent-decoded; any method will do. */
  async answer(path: string, query: URLSearchParams): Promise<ApiAnswer | undefined> {
    const door = DOORS.find((name) => path === `/${name}` || path.startsWith(`/${name}/`));
    if (door === undefined) return undefined;
    const name = path.slice(door.length + 2);
    return name === "" ? this.#all(door, query) : this.#one(door, name);
  }

  async #one(door: HealthDoor, name: string): Promise<ApiAnswer> {
    const check = this.#behind(door).find((one) => one.name === name);
    if (check === undefined) return pageNotFound();
    const fault = await this.#run(door, check);
    return fault === undefined ? textAnswer(200, "ok", false) : textAnswer(500, `internal server error: ${fault}\n`, true);
  }

  async #all(door: HealthDoor, query: URLSearchParams): Promise<ApiAnswer> {
    const excluded = new Set(query.getAll("exclude").filter((name) => name !== ""));
    const unmatched = new Set(excluded);
    let failed = false;
    let report = "";
    for (const check of this.#behind(door)) {
      unmatched.delete(check.name);
      if (excluded.has(check.name)) {
        report += `[+]${check.name} excluded: ok\n`;
      } else if ((await this.#run(door, check)) === undefined) {
        report += `[+]${check.name} ok\n`;
      } else {
        failed = true;
        report += `[-]${check.name} failed: reason withheld\n`;
      }
    }
    if (unmatched.size > 0) {
      const names = [...unmatched].sort().map((name) => JSON.stringify(name));
      report += `warn: some health checks cannot be excluded: no matches for ${names.join(",")}\n`;
    }
    if (failed) return textAnswer(500, `${report}${door} check failed\n`, true);
    return textAnswer(200, query.has("verbose") ? `${report}${door} check passed\n` : "ok", true);
  }

  async #run(door: HealthDoor, { name, check }: HealthCheck): Promise<string | undefined> {
    try {
      await check();
      return undefined;
    } catch (error) {
      this.#log.warn({ err: error, check: name, door }, "health check failed");
      return errorText(error);
    }
  }

  #behind(door: HealthDoor): HealthCheck[] {
    return this.#checks.filter(({ doors }) => doors.includes(door));
  }
}
