import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { startServer, type RunningServer } from "../src/index.ts";
import { kubectlRunner } from "./kubectl-runner.ts";
import { needs } from "./programs.ts";

const run = promisify(execFile);

/** Objects of the kinds that people write most; each is created, read back and deleted. */
const MANIFESTS: Readonly<Record<string, string>> = {
  configmap: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: thing}\ndata: {a: '1'}\n",
  secret: "apiVersion: v1\nkind: Secret\nmetadata: {name: thing}\nstringData: {password: s3cret}\n",
  pod: "apiVersion: v1\nkind: Pod\nmetadata: {name: thing}\nspec: {containers: [{name: c, image: nginx}]}\n",
  deployment:
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: thing}\nspec: {replicas: 2, selector: {matchLabels: {app: x}}, template: {metadata: {labels: {app: x}}, spec: {containers: [{name: c, image: nginx}]}}}\n",
  service: "apiVersion: v1\nkind: Service\nmetadata: {name: thing}\nspec: {selector: {app: x}, ports: [{port: 80}]}\n",
  node: "apiVersion: v1\nkind: Node\nmetadata: {name: thing}\n",
  ingress:
    "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: thing}\nspec: {defaultBackend: {service: {name: thing, port: {number: 80}}}}\n",
  namespace: "apiVersion: v1\nkind: Namespace\nmetadata: {name: thing}\n",
};

for (const program of ["kubectl", "kubectl-old"] as const) {
  describe(`an unmodified ${program}`, needs(program), () => {
    let directory = "";
    let server: RunningServer;
    before(async () => {
      directory = await mkdtemp(join(tmpdir(), "kubectl-"));
      server = await startServer({ dataDir: join(directory, "data"), port: 0, controllers: ["serviceaccount"] });
    });
    after(async () => {
      await server.close();
      await rm(directory, { recursive: true });
    });
    const { kubectl, refused, file } = kubectlRunner(
      program,
      () => server,
      () => directory,
    );

    if (program === "kubectl") {
      test("is told who it is, makes a token of a service account, is that account with it, and acts as another", async () => {
        assert.match(await kubectl("auth", "whoami"), /Username\s+kubernetes-admin\n[^]*system:masters/);
        const token = (await kubectl("create", "token", "default", "--duration=20m", "--audience=https://kubernetes.default.svc")).trim();
        const claims = JSON.parse(Buffer.from(token.split(".")[1] as string, "base64url").toString("utf8")) as { exp: number; iat: number };
        assert.equal(claims.exp - claims.iat, 1200);
        const bare = ["--kubeconfig", "/dev/null", "--server", server.url, "--insecure-skip-tls-verify", "--token", token];
        const { stdout } = await run(program, [...bare, "auth", "whoami"]);
        assert.match(stdout, /Username\s+system:serviceaccount:default:default\n/);
        assert.match(stdout, /credential-id\s+\[JTI=[0-9a-f-]{36}\]/);
        assert.match(
          await kubectl("auth", "whoami", "--as=joe", "--as-group=a", "--as-group=b"),
          /joe\nGroups\s+\[a b system:authenticated\]/,
        );
      });

      test("reconciles roles and bindings, and says what somebody may do, one by one and all of it", async () => {
        const rbac = "apiVersion: rbac.authorization.k8s.io/v1";
        const role = (resources: string): string =>
          `${rbac}\nkind: Role\nmetadata: {name: reader, namespace: default}\nrules: [{apiGroups: [""], resources: [${resources}], verbs: [get, list]}]\n`;
        const binding = (name: string): string =>
          `${rbac}\nkind: RoleBinding\nmetadata: {name: reader, namespace: default}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}\nsubjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: ${name}}]\n`;
        const mayRead = (user: string, what: string): Promise<string> =>
          kubectl("auth", "can-i", "list", what, `--as=${user}`).catch(({ stdout }: { readonly stdout: string }) => stdout);
        const first = await file(`${role("pods")}---\n${binding("jane")}`);
        const made = await kubectl("auth", "reconcile", "-f", first);
        assert.match(made, /role.*reader reconciled[^]*rolebinding.*reader reconciled/);
        assert.match(await kubectl("auth", "reconcile", "-f", first), /reconciled/);
        // What is there already stays beside what is reconciled.
        await kubectl("auth", "reconcile", "-f", await file(`${role("secrets")}---\n${binding("joe")}`));
        for (const user of ["jane", "joe"]) {
          for (const what of ["pods", "secrets"]) assert.equal(await mayRead(user, what), "yes\n", `${user} ${what}`);
          assert.equal(await mayRead(user, "nodes"), "no\n");
        }
        const more = ["--remove-extra-permissions", "--remove-extra-subjects"];
        await kubectl("auth", "reconcile", ...more, "-f", await file(`${role("secrets")}---\n${binding("joe")}`));
        assert.deepEqual(
          [await mayRead("jane", "secrets"), await mayRead("joe", "pods"), await mayRead("joe", "secrets")],
          ["no\n", "no\n", "yes\n"],
        );
        const all = await kubectl("auth", "can-i", "--list", "--as=joe");
        assert.match(all, /^secrets\s+\[\]\s+\[\]\s+\[get list\]$/m);
        assert.match(all, /^selfsubjectreviews\.authentication\.k8s\.io\s+\[\]\s+\[\]\s+\[create\]$/m);
        assert.match(all, /^\s+\[\/healthz\]\s+\[\]\s+\[get\]$/m);
        assert.doesNotMatch(all, /^\*\.\*/m);
        assert.match(await kubectl("auth", "can-i", "--list"), /^\*\.\*\s+\[\]\s+\[\]\s+\[\*\]$/m);
      });
    }

    for (const [kind, manifest] of Object.entries(MANIFESTS)) {
      test(`creates, shows in every form, describes and deletes a ${kind}`, async () => {
        assert.match(await kubectl("create", "-f", await file(manifest)), /thing created/);
        assert.match(await kubectl("get", kind, "thing"), /^NAME\s[\s\S]*\nthing\s/);
        assert.match(await kubectl("get", kind, "thing", "-o", "wide"), /\nthing\s/);
        assert.match(await kubectl("get", kind, "thing", "-o", "name"), /\/thing\n$/);
        assert.match(await kubectl("get", kind, "thing", "-o", "yaml"), /\n {2}name: thing\n/);
        const shown = JSON.parse(await kubectl("get", kind, "thing", "-o", "json")) as { metadata: { uid: string } };
        assert.match(shown.metadata.uid, /^[0-9a-f-]{36}$/);
        assert.match(await kubectl("describe", kind, "thing"), /Name:\s+thing/);
        assert.match(await kubectl("delete", kind, "thing", "--wait=false"), /"thing" deleted/);
        assert.match(await refused("create", "-f", await file(manifest.replace("kind:", "kinds:"))), /kind/);
      });
    }

    test("labels, annotates and patches in all three ways", async () => {
      await kubectl("create", "configmap", "patched", "--from-literal=a=1");
      await kubectl("label", "configmap", "patched", "tier=web");
      await kubectl("annotate", "configmap", "patched", "note=hello");
      for (const [type, patch] of [
        ["merge", '{"data":{"b":"2"}}'],
        ["json", '[{"op":"add","path":"/data/c","value":"3"}]'],
        ["strategic", '{"data":{"a":null}}'],
      ] as const) {
        await kubectl("patch", "configmap", "patched", `--type=${type}`, "-p", patch);
      }
      const shown = JSON.parse(await kubectl("get", "configmap", "patched", "-o", "json")) as {
        data: object;
        metadata: { labels: object; annotations: object };
      };
      assert.deepEqual(shown.data, { b: "2", c: "3" });
      assert.deepEqual(shown.metadata.labels, { tier: "web" });
      assert.deepEqual(shown.metadata.annotations, { note: "hello" });
      assert.match(await kubectl("get", "configmap", "-l", "tier=web", "--no-headers"), /^patched\s/);
    });

    test("applies client-side: creates, changes, removes, and leaves alone", async () => {
      const manifest = (data: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: applied}\ndata: ${data}\n`;
      assert.match(await kubectl("apply", "-f", await file(manifest("{a: '1', b: '2'}"))), /created/);
      assert.match(await kubectl("apply", "-f", await file(manifest("{a: '1', b: '2'}"))), /unchanged/);
      assert.match(await kubectl("apply", "-f", await file(manifest("{a: '3'}"))), /configured/);
      assert.deepEqual(JSON.parse(await kubectl("get", "configmap", "applied", "-o", "jsonpath={.data}")), { a: "3" });
    });

    test("applies server-side: owns fields, meets conflicts, forces them, and takes over from client-side apply", async () => {
      const manifest = (data: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shared}\ndata: ${data}\n`;
      const apply = async (data: string, ...flags: string[]): Promise<string> =>
        kubectl("apply", "--server-side", "-f", await file(manifest(data)), ...flags);
      assert.match(await apply("{a: '1'}", "--field-manager=one"), /serverside-applied/);
      assert.match(await apply("{b: '2'}", "--field-manager=two"), /serverside-applied/);
      await assert.rejects(apply("{a: '2'}", "--field-manager=two"), /conflict with "one"[\s\S]*\.data\.a/);
      assert.match(await apply("{a: '2'}", "--field-manager=two", "--force-conflicts"), /serverside-applied/);
      assert.deepEqual(JSON.parse(await kubectl("get", "configmap", "shared", "-o", "jsonpath={.data}")), { a: "2" });

      // Clients of that age leave what client-side apply owned to it.
      if (program === "kubectl-old") return;
      const mine = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: moved}\ndata: {a: '1', b: '2'}\n`;
      await kubectl("apply", "-f", await file(mine));
      await kubectl("apply", "--server-side", "-f", await file(mine.replace(", b: '2'", "")));
      assert.deepEqual(JSON.parse(await kubectl("get", "configmap", "moved", "-o", "jsonpath={.data}")), { a: "1" });
    });

    test("shows what an apply would change", async () => {
      const manifest = (value: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: differs}\ndata: {a: '${value}'}\n`;
      await kubectl("apply", "--server-side", "-f", await file(manifest("1")));
      const difference = await kubectl("diff", "--server-side", "-f", await file(manifest("2"))).catch(
        (error: { readonly stdout: string }) => error.stdout,
      );
      assert.match(difference, /-\s+a: "?1"?[\s\S]*\+\s+a: "?2"?/);
    });

    test("scales a deployment", async () => {
      await kubectl("create", "deployment", "scaled", "--image=nginx");
      assert.match(await kubectl("scale", "deployment", "scaled", "--replicas=3"), /scaled/);
      assert.equal(await kubectl("get", "deployment", "scaled", "-o", "jsonpath={.spec.replicas} {.metadata.generation}"), "3 2");
    });

    test("explains fields, lists resources and says the version", async () => {
      assert.match(await kubectl("explain", "pod.spec.containers"), /image/);
      assert.match(await kubectl("api-resources"), /deployments\s+deploy\s+apps\/v1/);
      assert.match(await kubectl("version"), /v1\.36/);
    });

    test("waits for a deletion and sees a watch's events", async () => {
      await kubectl("create", "configmap", "watched");
      const watch = spawn(program, ["--kubeconfig", server.kubeconfigPath, "get", "configmap", "watched", "-w", "-o", "name"]);
      let seen = "";
      const twice = new Promise<void>((resolve) =>
        watch.stdout.on("data", (chunk: Buffer) => {
          seen += chunk.toString();
          if (seen.split("\n").length > 2) resolve();
        }),
      );
      while (seen === "") await new Promise((resume) => setTimeout(resume, 20));
      await kubectl("label", "configmap", "watched", "x=y");
      await twice;
      watch.kill();
      const gone = kubectl("wait", "--for=delete", "configmap/watched", "--timeout=20s");
      await new Promise((resume) => setTimeout(resume, 500));
      await kubectl("delete", "configmap", "watched");
      assert.match(await gone, /condition met|deleted/);
      assert.match(await refused("get", "configmap", "watched"), /NotFound/);
    });

    test("runs a pod, since the default service account is there", async () => {
      assert.match(await kubectl("run", "runner", "--image=nginx"), /created/);
      assert.match(await kubectl("get", "pod", "runner", "-o", "jsonpath={.spec.serviceAccountName}"), /^default$/);
    });
  });
}
