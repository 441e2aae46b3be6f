import { PRIVILEGED_GROUP } from "../../authorization/privileged.ts";
import { objectIn, stringIn } from "../../object/read.ts";
import { CERTIFICATE_SIGNING_REQUESTS } from "../../object/resource-ids.ts";
import { readPem } from "../../x509/pem.ts";
import { subjectOrganizations } from "../../x509/certificate-request.ts";
import type { AdmissionPlugin } from "../admission.ts";
import { concerns, refuse } from "../attributes.ts";

const CLIENT_SIGNER = "kubernetes.io/kube-apiserver-client";

/** Nobody becomes an administrator by a certificate that is signed on request. */
export const certificateSubjectRestriction: AdmissionPlugin = {
  name: "CertificateSubjectRestriction",
  handles: (attributes) => concerns(attributes, CERTIFICATE_SIGNING_REQUESTS, "CREATE"),
  validate(attributes) {
    const spec = objectIn(attributes.object ?? {}, "spec");
    if (stringIn(spec, "signerName") !== CLIENT_SIGNER) return;
    const block = readPem(Buffer.from(stringIn(spec, "request"), "base64").toString("latin1"));
    if (block === undefined) throw refuse(attributes, "failed to parse CSR: PEM block type must be CERTIFICATE REQUEST");
    if (!subjectOrganizations(block.bytes).includes(PRIVILEGED_GROUP)) return;
    throw refuse(attributes, `use of ${CLIENT_SIGNER} signer with ${PRIVILEGED_GROUP} group is not allowed`);
  },
};
