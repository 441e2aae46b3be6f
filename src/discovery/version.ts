/** The release whose API is served, as the tables have it. */
export interface ReleaseVersion {
  readonly major: string;
  readonly minor: string;
  readonly gitVersion: string;
}

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386" };

/**
 * What /version says: clients compare gitVersion and minor with their own. What a Go build would tell of itself is empty.
 * `platform` and `architecture` are Node's names.
 */
export function versionInfo({ major, minor, gitVersion }: ReleaseVersion, platform: string, architecture: string) {
  return {
    major,
    minor,
    emulationMajor: major,
    emulationMinor: minor,
    minCompatibilityMajor: major,
    minCompatibilityMinor: String(Number(minor) - 1),
    gitVersion,
    gitCommit: "",
    gitTreeState: "",
    buildDate: "1970-01-01T00:00:00Z",
    goVersion: "",
    compiler: "",
    platform: `${platform}/${ARCHITECTURES[architecture] ?? architecture}`,
  };
}
