import { resourceQuestion, type Authorizer } from "../../authorization/authorizer.ts";
import { equalJson } from "../../object/json.ts";
import type { KubeObject } from "../../object/kube-object.ts";
import { objectIn, stringIn } from "../../object/read.ts";
import { CERTIFICATE_SIGNING_REQUESTS, CLUSTER_TRUST_BUNDLES } from "../../object/resource-ids.ts";
import type { AdmissionAttributes, AdmissionPlugin } from "../admission.ts";
import { concerns, goesThrough, refuse } from "../attributes.ts";

const GROUP = "certificates.k8s.io";

/** Whoever approves or denies a request must be allowed to for its signer (reference/access-authn-authz/certificate-signing-requests). */
export function certificateApproval(authorize: Authorizer): AdmissionPlugin {
  return {
    name: "CertificateApproval",
    handles: (attributes) => goesThrough(attributes, CERTIFICATE_SIGNING_REQUESTS, "approval", "UPDATE"),
    async validate(attributes) {
      const signer = signerOf(attributes.oldObject);
      if (await maySign(authorize, attributes, "approve", signer)) return;
      throw refuse(attributes, `user not permitted to approve requests with signerName ${JSON.stringify(signer)}`);
    },
  };
}

/** Whoever issues a certificate must be allowed to sign for the signer. */
export function certificateSigning(authorize: Authorizer): AdmissionPlugin {
  return {
    name: "CertificateSigning",
    handles: (attributes) => goesThrough(attributes, CERTIFICATE_SIGNING_REQUESTS, "status", "UPDATE"),
    async validate(attributes) {
      const { object, oldObject } = attributes;
      const [now, before] = [objectIn(object ?? {}, "status"), objectIn(oldObject ?? {}, "status")];
      if (equalJson(now["certificate"], before["certificate"]) && equalJson(now["conditions"] ?? [], before["conditions"] ?? [])) return;
      const signer = signerOf(oldObject);
      if (await maySign(authorize, attributes, "sign", signer)) return;
      throw refuse(attributes, `user not permitted to sign requests with signerName ${JSON.stringify(signer)}`);
    },
  };
}

/** Whoever says what a signer's trust anchors are must be allowed to speak for it. */
export function clusterTrustBundleAttest(authorize: Authorizer): AdmissionPlugin {
  return {
    name: "ClusterTrustBundleAttest",
    handles: (attributes) => concerns(attributes, CLUSTER_TRUST_BUNDLES, "CREATE", "UPDATE"),
    async validate(attributes) {
      const { object, oldObject } = attributes;
      if (oldObject !== undefined && equalJson(object?.["spec"], oldObject["spec"])) return;
      const signer = signerOf(object);
      if (signer === "" || (await maySign(authorize, attributes, "attest", signer))) return;
      throw refuse(attributes, `user not permitted to attest for signerName ${JSON.stringify(signer)}`);
    },
  };
}

function signerOf(object: KubeObject | undefined): string {
  return stringIn(objectIn(object ?? {}, "spec"), "signerName");
}

/** Whether the user may do something for a signer, by its name or for all of its domain. */
async function maySign(authorize: Authorizer, { user }: AdmissionAttributes, verb: string, signer: string): Promise<boolean> {
  for (const name of [signer, `${signer.split("/")[0]}/*`]) {
    const { decision } = await authorize(resourceQuestion({ user, verb, apiGroup: GROUP, apiVersion: "*", resource: "signers", name }));
    if (decision === "allow") return true;
  }
  return false;
}
