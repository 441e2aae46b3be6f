import type { Certificates } from "./certificates.ts";
import { readFileIfThere, writeFileAtomically } from "./data-dir.ts";

/**
 * Writes the administrator's kubeconfig, readable by its owner only, with everything embedded. It is written only when
 * its text changes, so that a watching tool is not woken by every start.
 */
export async function writeKubeconfig(path: string, url: string, certificates: Certificates): Promise<void> {
  const text = kubeconfigText(url, certificates);
  if ((await readFileIfThere(path)) !== text) await writeFileAtomically(path, text, 0o600);
}

/** A kubeconfig for one server and one user (concepts/configuration/organize-cluster-access-kubeconfig). */
export function kubeconfigText(url: string, certificates: Certificates): string {
  const data = (pem: string) => Buffer.from(pem).toString("base64");
  const serverName = certificates.serverName === undefined ? "" : `    tls-server-name: ${JSON.stringify(certificates.serverName)}\n`;
  return `apiVersion: v1
kind: Config
clusters:
- name: binnacle
  cluster:
    server: ${url}
${serverName}    certificate-authority-data: ${data(certificates.servingCa)}
users:
- name: kubernetes-admin
  user:
    client-certificate-data: ${data(certificates.admin.certificate)}
    client-key-data: ${data(certificates.admin.key)}
contexts:
- name: kubernetes-admin@binnacle
  context:
    cluster: binnacle
    user: kubernetes-admin
current-context: kubernetes-admin@binnacle
`;
}
