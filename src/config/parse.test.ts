import assert from "node:assert/strict";
import { test } from "node:test";
import { admissionPlugins } from "./admission-plugins.ts";
import { parseFlags } from "./parse.ts";

const surroundings = { stateDirectory: "/home/ada/.local/state", addresses: ["fd00::7", "192.0.2.7"] };
const config = (...args: string[]) => parseFlags(args, surroundings).config;
const warnings = (...args: string[]) => parseFlags(args, surroundings).warnings;
const refuses = (args: string[], message: RegExp) => assert.throws(() => parseFlags(args, surroundings), { name: "UsageError", message });

test("without flags, a server listens on this machine only and keeps its data in the user's state directory", () => {
  const { bindAddress, port, dataDir, certDir, storageBackend, serviceClusterIpRanges, authorizationModes } = config();
  assert.deepEqual(
    { bindAddress, port, dataDir, certDir, storageBackend, serviceClusterIpRanges, authorizationModes },
    {
      bindAddress: "127.0.0.1",
      port: 6443,
      dataDir: "/home/ada/.local/state/binnacle",
      certDir: "/home/ada/.local/state/binnacle/pki",
      storageBackend: "lmdb",
      serviceClusterIpRanges: ["10.0.0.0/24"],
      authorizationModes: ["Node", "RBAC"],
    },
  );
  assert.deepEqual(warnings(), []);
});

test("values are given with = or as the next argument, and names may have underscores", () => {
  assert.equal(config("--secure-port=0").port, 0);
  assert.equal(config("--secure-port", "0").port, 0);
  assert.equal(config("--secure_port=0").port, 0);
  assert.equal(config("--secure-port=1", "--secure-port=2").port, 2);
  assert.equal(config("--anonymous-auth=false").anonymousAuth, false);
  assert.equal(config("--allow-privileged").allowPrivileged, true);
  assert.equal(warnings("-v=4").length, 1);
  assert.equal(warnings("-v4").length, 1);
  assert.equal(warnings("-v", "4").length, 1);
});

test("a flag that changes nothing is taken with one line of warning", () => {
  assert.deepEqual(warnings("--contention-profiling"), [
    "--contention-profiling is taken but changes nothing here (Profile locks; this server has none)",
  ]);
  assert.deepEqual(warnings("--contention-profiling=false"), []);
});

test("a flag whose effect does not exist is refused unless it says the default", () => {
  refuses(["--tracing-config-file=/etc/tracing"], /^--tracing-config-file=\/etc\/tracing is refused/);
  refuses(["--peer-advertise-ip=192.0.2.1"], /^--peer-advertise-ip=/);
  refuses(["--enable-garbage-collector=false"], /^--enable-garbage-collector=false/);
  assert.deepEqual(warnings("--enable-garbage-collector=true", "--audit-log-path=", "--audit-log-maxsize=100"), []);
});

test("an unknown flag, a missing value and a stray argument are refused by name", () => {
  refuses(["--secure-prot=1"], /^unknown flag: --secure-prot; did you mean --secure-port\?$/);
  refuses(["--nothing-like-it"], /^unknown flag: --nothing-like-it; see --help$/);
  refuses(["--__proto__=1"], /^unknown flag: /);
  refuses(["-x"], /^unknown flag: -x/);
  refuses(["--secure-port"], /^flag needs an argument: --secure-port$/);
  refuses(["serve"], /^unexpected argument "serve"/);
  refuses(["--secure-port=http"], /^invalid argument "http" for --secure-port: it must be an integer$/);
  refuses(["--bind-address=localhost"], /--bind-address: it must be an IP address/);
});

test("an authorization mode or store that does not exist is refused", () => {
  refuses(["--authorization-mode=ABAC"], /needs --authorization-policy-file/);
  refuses(["--authorization-webhook-config-file=x"], /needs --authorization-mode=Webhook/);
  refuses(["--authorization-mode=RBAC,RBAC"], /RBAC is named more than once/);
  refuses(["--authorization-mode=Magic"], /"Magic" is not one of/);
  refuses(["--storage-backend=sqlite"], /"sqlite" is not one of lmdb, memory, etcd3/);
});

test("objects are kept in etcd where its servers are named, and only there", () => {
  const servers = "--etcd-servers=https://10.0.0.1:2379,10.0.0.2:2379";
  for (const backend of [[], ["--storage-backend=etcd3"], ["--storage-backend=etcd"]]) {
    const { storageBackend, etcd } = config(servers, "--etcd-prefix=a//b/", ...backend);
    assert.equal(storageBackend, "etcd3");
    assert.deepEqual(etcd.servers, ["https://10.0.0.1:2379", "10.0.0.2:2379"]);
    assert.equal(etcd.prefix, "/a/b");
  }
  assert.equal(config().etcd.prefix, "/registry");
  refuses(["--storage-backend=etcd3"], /^--storage-backend=etcd3 needs --etcd-servers$/);
  refuses(["--storage-backend=memory", servers], /not memory$/);
  refuses([servers, "--etcd-certfile=x"], /--etcd-certfile and --etcd-keyfile must be set together/);
  refuses(["--etcd-servers=ftp://x"], /"ftp:\/\/x" is not a URL/);
  refuses([servers, "--etcd-prefix=/"], /--etcd-prefix must name a prefix/);
});

test("admission plugins are known by name, and those not built are named in a warning", () => {
  assert.deepEqual(warnings("--enable-admission-plugins=NodeRestriction"), []);
  for (const [name, { status }] of admissionPlugins)
    assert.equal(warnings(`--enable-admission-plugins=${name}`).join().includes(name), status === "missing", name);
  refuses(["--enable-admission-plugins=Nonsense"], /"Nonsense" is not one of/);
  const { enableAdmissionPlugins, disableAdmissionPlugins } = config("--admission-control=LimitRanger,AlwaysPullImages");
  assert.deepEqual(enableAdmissionPlugins, ["LimitRanger", "AlwaysPullImages"]);
  assert.equal(disableAdmissionPlugins.length, admissionPlugins.size - 2);
  refuses(["--admission-control=LimitRanger", "--enable-admission-plugins=AlwaysAdmit"], /mutually exclusive/);
});

test("feature gates and API versions may say what v1.36 does anyway", () => {
  assert.deepEqual(warnings("--feature-gates=WatchList=true,AllAlpha=false"), []);
  refuses(["--feature-gates=WatchList=false"], /only the defaults/);
  refuses(["--feature-gates=WatchList=perhaps"], /must be true or false/);
  assert.deepEqual(warnings("--runtime-config=apps/v1=true,batch/v1,api/beta=false"), []);
  refuses(["--runtime-config=api/all=true"], /only the versions/);
});

test("networks of clients are CIDRs, and nothing that could mean another network than was meant", () => {
  assert.deepEqual(config().allowClientCidrs, []);
  assert.deepEqual(config("--allow-client-cidrs=10.0.0.0/8, 192.0.2.7/32", "--allow-client-cidrs=2001:DB8::/32").allowClientCidrs, [
    "10.0.0.0/8",
    "192.0.2.7/32",
    "2001:db8::/32",
  ]);
  for (const text of ["10.0.0.1/8", "10.0.0.1", "10.0.0.0/33", "::ffff:10.0.0.0/104", "010.0.0.0/8", "localhost"])
    refuses([`--allow-client-cidrs=${text}`], /--allow-client-cidrs/);
});

test("service ranges are one, or one of each family", () => {
  assert.deepEqual(config("--service-cluster-ip-range=10.96.0.0/12,fd00:0::/108").serviceClusterIpRanges, ["10.96.0.0/12", "fd00::/108"]);
  for (const text of ["", "10.0.0.0", "10.0.0.1/24", "10.0.0.0/30", "fd00::/32", "10.0.0.0/24,10.1.0.0/24"]) {
    refuses([`--service-cluster-ip-range=${text}`], /--service-cluster-ip-range/);
  }
});

test("the address announced to the cluster is one that others can reach", () => {
  assert.equal(config().advertiseAddress, "192.0.2.7");
  assert.equal(config("--bind-address=0.0.0.0").advertiseAddress, "192.0.2.7");
  assert.equal(config("--bind-address=198.51.100.1").advertiseAddress, "198.51.100.1");
  assert.equal(config("--advertise-address=203.0.113.1").advertiseAddress, "203.0.113.1");
});

test("a serving certificate comes with its key", () => {
  refuses(["--tls-cert-file=/a.crt"], /must be set together/);
  refuses(["--proxy-client-key-file=/a.key"], /--proxy-client-cert-file and --proxy-client-key-file must be set together/);
});

test("the recordings' flags are taken", () => {
  const { port, controllers } = config(
    "--secure-port=0",
    "--data-dir=/tmp/x",
    "--token-auth-file=/tmp/tokens.csv",
    "--authorization-mode=Node,RBAC",
    "--service-cluster-ip-range=10.0.0.0/24",
    "--enable-admission-plugins=NodeRestriction",
    "--allow-privileged=true",
    "--controllers=",
  );
  assert.deepEqual({ port, controllers }, { port: 0, controllers: [] });
});

test("other etcd clusters are named for single resources", () => {
  const etcd = "--etcd-servers=http://127.0.0.1:2379";
  const { overrides } = config(etcd, "--etcd-servers-overrides=/events#http://a:1;http://b:2,apps/deployments#http://c:3").etcd;
  assert.deepEqual(overrides, [
    { group: "", plural: "events", servers: ["http://a:1", "http://b:2"] },
    { group: "apps", plural: "deployments", servers: ["http://c:3"] },
  ]);
  refuses([etcd, "--etcd-servers-overrides=events#http://a:1"], /must be group\/resource#servers/);
  refuses([etcd, "--etcd-servers-overrides=/events#ftp://a:1"], /^--etcd-servers-overrides: "ftp:\/\/a:1" is not a URL/);
  refuses(["--etcd-servers-overrides=/events#http://a:1"], /needs --etcd-servers/);
});
