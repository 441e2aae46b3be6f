import { admissionPluginNames } from "./admission-plugins.ts";
import type { Flag, FlagValueTypes } from "./flag.ts";
import { harmless, refused, works } from "./flag.ts";

// Every flag of a kube-apiserver v1.36, and ours, in kube-apiserver's sections. When a flag's effect comes to exist, its
// row changes one word: refused or harmless becomes works. The README's reference and `--help` are made from here.

const binnacle = {
  "data-dir": works(
    "string",
    "",
    "Directory of the store, the certificates and admin.kubeconfig; by default in the user's state directory.",
  ),
  "storage-backend": works(
    "string",
    "lmdb",
    "Where objects are kept: lmdb is embedded and durable, memory forgets at exit, etcd3 (or etcd) is what etcd-servers names.",
    {
      values: ["lmdb", "memory", "etcd3", "etcd"],
    },
  ),
  "data-quota": works("bytes", "8Gi", "Size of the store at which writes are refused; reads and deletes go on.", { min: 16 * 1024 * 1024 }),
  "controllers": works("list", "", "Loops of kube-controller-manager to run inside this server; empty is an API server alone.", {
    values: ["serviceaccount", "validatingadmissionpolicy-status"],
  }),
  "allow-client-cidrs": works(
    "list",
    "",
    "Networks whose clients may connect; others are cut off before TLS. Empty is everybody, a client on this machine is one as any other.",
  ),
  "explain-access": works(
    "bool",
    "false",
    "Answer SelfSubjectAccessReviews with the rule that decided, or with what came nearest and lacks what.",
  ),
  "basic-auth-file": works(
    "string",
    "",
    'CSV file of users with passwords, for HTTP Basic: hash,user,uid,"group1,group2"; `binnacle hash-password` makes the hashes, and those of bcrypt are taken.',
  ),
};

const generic = {
  "advertise-address": works(
    "ip",
    "",
    "Address at which members of the cluster reach this server; by default the bind address or the host's first.",
  ),
  "cors-allowed-origins": refused("list", "", "Regular expressions of origins whose browsers may read answers."),
  "emulated-version": refused("list", "", "Behave as an older release, by component."),
  "emulation-forward-compatible": refused("bool", "false", "Serve versions of APIs that came after the emulated release."),
  "external-hostname": works("string", "", "Host name by which this server is known outside; it is put into the serving certificate."),
  "feature-gates": works("map", "", "Feature gates; setting one to other than its default in v1.36 is refused."),
  "goaway-chance": harmless("float", "0", "Part of the requests after which an HTTP/2 client is asked to connect anew.", {
    min: 0,
    max: 0.02,
  }),
  "livez-grace-period": harmless("duration", "0s", "How long /livez passes over a start that has not finished."),
  "max-mutating-requests-inflight": harmless("int", "200", "Most writing requests at a time.", { min: 0 }),
  "max-requests-inflight": harmless("int", "400", "Most reading requests at a time.", { min: 0 }),
  "min-compatibility-version": refused("list", "", "Oldest release of control plane components to stay compatible with."),
  "min-request-timeout": works("int", "1800", "Seconds that a watch without timeoutSeconds lasts at least; up to twice as long.", {
    min: 1,
  }),
  "request-timeout": works("duration", "1m0s", "How long a request other than a watch may take.", { min: 1 }),
  "runtime-config": works("map", "", "Versions of APIs to turn on or off; other than v1.36 serves by default is refused."),
  "runtime-config-emulation-forward-compatible": refused(
    "bool",
    "false",
    "As emulation-forward-compatible, for APIs turned on by runtime-config.",
  ),
  "send-retry-after-while-not-ready-once": harmless("bool", "false", "Answer 503 with Retry-After until the server was ready once."),
  "shutdown-delay-duration": refused("duration", "0s", "How long to go on serving, not ready, after the signal to stop."),
  "shutdown-send-retry-after": harmless("bool", "false", "Answer 429 with Retry-After while connections are drained."),
  "shutdown-watch-termination-grace-period": harmless("duration", "0s", "How long watches may end by themselves at shutdown."),
  "storage-initialization-timeout": works("duration", "1m0s", "How long a start waits for an etcd that is not up yet."),
  "strict-transport-security-directives": refused("list", "", "Directives of an HSTS header."),
};

const storage = {
  "default-watch-cache-size": harmless("int", "100", "Events kept per resource for watches; the window is sized by itself.", {
    deprecated: true,
  }),
  "delete-collection-workers": harmless("int", "1", "Parallel deletes of a deletecollection."),
  "enable-garbage-collector": refused("bool", "true", "Honour propagationPolicy by finalizers for the garbage collector."),
  "encryption-provider-config": refused("string", "", "File that says how values are encrypted in the store."),
  "encryption-provider-config-automatic-reload": refused("bool", "false", "Read that file again when it changes."),
  "etcd-cafile": works("string", "", "CA of the etcd servers, PEM; by default those that Node.js knows."),
  "etcd-certfile": works("string", "", "Client certificate for etcd, PEM; with etcd-keyfile."),
  "etcd-compaction-interval": works(
    "duration",
    "5m0s",
    "How often history is forgotten: what is older than one interval goes. 0 keeps it.",
  ),
  "etcd-count-metric-poll-period": harmless("duration", "1m0s", "How often objects are counted for metrics."),
  "etcd-db-metric-poll-interval": harmless("duration", "30s", "How often the size of the store is read for metrics."),
  "etcd-healthcheck-timeout": works("duration", "2s", "How long the check etcd of /healthz, /livez and /readyz waits for etcd."),
  "etcd-keyfile": works("string", "", "Key of the client certificate for etcd."),
  "etcd-prefix": works("string", "/registry", "What all keys in etcd begin with."),
  "etcd-readycheck-timeout": works("duration", "2s", "How long the check etcd-readiness of /readyz waits for etcd."),
  "etcd-servers": works(
    "list",
    "",
    "URLs of the members of an etcd cluster that keeps the objects, instead of a store of this server's own.",
  ),
  "etcd-servers-overrides": works(
    "list",
    "",
    "Other etcd clusters for single built-in resources: group/resource#servers, where servers have semicolons between.",
  ),
  "lease-reuse-duration-seconds": harmless("int", "60", "How long one lease is used for objects that expire."),
  "storage-media-type": works(
    "string",
    "application/json",
    "Form in which values of built-in kinds are written to the store; both are read. Custom resources are always JSON.",
    { values: ["application/json", "application/vnd.kubernetes.protobuf"] },
  ),
  "watch-cache": harmless("bool", "true", "Answer reads from memory; this server always does."),
  "watch-cache-sizes": harmless("list", "", "Events kept for single resources; the window is sized by itself."),
};

const secureServing = {
  "bind-address": works("ip", "127.0.0.1", "Address to listen on; 0.0.0.0 or :: is all of them."),
  "cert-dir": works("string", "", "Directory of generated certificates and keys; by default pki in the data directory."),
  "disable-http2-serving": refused("bool", "false", "Serve HTTP/1.1 only."),
  "http2-max-streams-per-connection": works("int", "0", "Most streams of one HTTP/2 connection; 0 is the server's own default.", {
    min: 0,
  }),
  "permit-address-sharing": harmless("bool", "false", "Listen with SO_REUSEADDR; this server always does."),
  "permit-port-sharing": refused("bool", "false", "Listen with SO_REUSEPORT."),
  "secure-port": works("int", "6443", "Port of HTTPS; 0 takes any free one.", { min: 0, max: 65535 }),
  "tls-cert-file": works("string", "", "Serving certificate, PEM, followed by what signed it; with tls-private-key-file."),
  "tls-cipher-suites": refused("list", "", "Cipher suites of TLS 1.2."),
  "tls-curve-preferences": refused("list", "", "Key exchanges of TLS."),
  "tls-min-version": works("string", "", "Oldest version of TLS to accept; by default 1.2.", {
    values: ["", "VersionTLS12", "VersionTLS13"],
  }),
  "tls-private-key-file": works("string", "", "Key of tls-cert-file, PEM."),
  "tls-sni-cert-key": refused("repeated", "", "Certificates for single host names."),
};

const auditing = {
  "audit-log-batch-buffer-size": works("int", "10000", "Events that wait to be written to the audit log; more are lost.", { min: 1 }),
  "audit-log-batch-max-size": works("int", "1", "Events of one batch.", { min: 1 }),
  "audit-log-batch-max-wait": works("duration", "0s", "How long a batch is filled."),
  "audit-log-batch-throttle-burst": works("int", "0", "Batches in a burst.", { min: 0 }),
  "audit-log-batch-throttle-enable": works("bool", "false", "Whether batches are throttled."),
  "audit-log-batch-throttle-qps": works("float", "0", "Batches a second.", { min: 0 }),
  "audit-log-compress": works("bool", "false", "Compress old files of the audit log."),
  "audit-log-format": works("string", "json", "Form of the audit log.", { values: ["json", "legacy"] }),
  "audit-log-maxage": works("int", "366", "Days that old files of the audit log are kept; 0 keeps all.", { min: 0 }),
  "audit-log-maxbackup": works("int", "100", "Old files of the audit log that are kept; 0 keeps all.", { min: 0 }),
  "audit-log-maxsize": works("int", "100", "Megabytes of a file of the audit log; 0 means 100.", { min: 0 }),
  "audit-log-mode": works("string", "blocking", "Whether a request waits for its audit event, or events go out in batches.", {
    values: ["batch", "blocking", "blocking-strict"],
  }),
  "audit-log-path": works("string", "", "File of the audit log; - is standard output."),
  "audit-log-truncate-enabled": works("bool", "false", "Shorten events and batches that are too large."),
  "audit-log-truncate-max-batch-size": works("int", "10485760", "Bytes of a batch.", { min: 1 }),
  "audit-log-truncate-max-event-size": works("int", "102400", "Bytes of an event.", { min: 1 }),
  "audit-log-version": works("string", "audit.k8s.io/v1", "Version of events in the log.", { values: ["audit.k8s.io/v1"] }),
  "audit-policy-file": works("string", "", "File that says which requests are audited, and how fully."),
  "audit-webhook-batch-buffer-size": works("int", "10000", "Events that wait to be sent; more are lost.", { min: 1 }),
  "audit-webhook-batch-initial-backoff": works("duration", "10s", "The older name of audit-webhook-initial-backoff.", {
    deprecated: true,
  }),
  "audit-webhook-batch-max-size": works("int", "400", "Events of one batch.", { min: 1 }),
  "audit-webhook-batch-max-wait": works("duration", "30s", "How long a batch is filled."),
  "audit-webhook-batch-throttle-burst": works("int", "15", "Batches in a burst.", { min: 0 }),
  "audit-webhook-batch-throttle-enable": works("bool", "true", "Whether batches are throttled."),
  "audit-webhook-batch-throttle-qps": works("float", "10", "Batches a second.", { min: 0 }),
  "audit-webhook-config-file": works("string", "", "kubeconfig of the webhook that gets audit events."),
  "audit-webhook-initial-backoff": works("duration", "10s", "How long to wait before the first retry."),
  "audit-webhook-mode": works("string", "batch", "Whether a request waits for its audit event, or events go out in batches.", {
    values: ["batch", "blocking", "blocking-strict"],
  }),
  "audit-webhook-truncate-enabled": works("bool", "false", "Shorten events and batches that are too large."),
  "audit-webhook-truncate-max-batch-size": works("int", "10485760", "Bytes of a batch.", { min: 1 }),
  "audit-webhook-truncate-max-event-size": works("int", "102400", "Bytes of an event.", { min: 1 }),
  "audit-webhook-version": works("string", "audit.k8s.io/v1", "Version of events that are sent.", { values: ["audit.k8s.io/v1"] }),
};

const features = {
  "contention-profiling": harmless("bool", "false", "Profile locks; this server has none."),
  "debug-socket-path": refused("string", "", "Unix socket that serves profiles without authentication."),
  "enable-priority-and-fairness": harmless("bool", "true", "Queue requests by priority and fairly; this server does not yet."),
  "profiling": harmless("bool", "true", "Serve Go's profiles under /debug/pprof; this server has none."),
};

const authentication = {
  "anonymous-auth": works("bool", "true", "Whether a request without credentials is one of system:anonymous; else it is 401."),
  "api-audiences": works("list", "", "Audiences that a service account token may be for."),
  "authentication-config": works("string", "", "File that configures JWT authenticators and anonymous requests."),
  "authentication-token-webhook-cache-ttl": works("duration", "2m0s", "How long the webhook's answers are remembered."),
  "authentication-token-webhook-config-file": works("string", "", "kubeconfig of the webhook that knows tokens."),
  "authentication-token-webhook-version": works("string", "v1beta1", "Version of TokenReview that is sent to it.", {
    values: ["v1", "v1beta1"],
  }),
  "client-ca-file": works("string", "", "CAs, PEM: a client certificate signed by one names its user (CN) and groups (O)."),
  "enable-bootstrap-token-auth": works("bool", "false", "Take tokens from Secrets of type bootstrap.kubernetes.io/token."),
  "oidc-ca-file": works("string", "", "CA of the OpenID Connect issuer."),
  "oidc-client-id": works("string", "", "Client that ID tokens must be for."),
  "oidc-groups-claim": works("string", "", "Claim that holds the groups."),
  "oidc-groups-prefix": works("string", "", "Put before each group."),
  "oidc-issuer-url": works("string", "", "URL of the OpenID Connect issuer."),
  "oidc-required-claim": works("map", "", "Claims that a token must have."),
  "oidc-signing-algs": works("list", "RS256", "Signature algorithms that are taken."),
  "oidc-username-claim": works("string", "sub", "Claim that holds the user's name."),
  "oidc-username-prefix": works("string", "", "Put before the user's name."),
  "requestheader-allowed-names": works("list", "", "Common names of proxies that may name the user in headers."),
  "requestheader-client-ca-file": works("string", "", "CA of those proxies."),
  "requestheader-extra-headers-prefix": works("list", "", "Prefix of headers that hold extra attributes of the user."),
  "requestheader-group-headers": works("list", "", "Headers that hold the groups."),
  "requestheader-uid-headers": works("list", "", "Headers that hold the user's uid."),
  "requestheader-username-headers": works("list", "", "Headers that hold the user's name."),
  "service-account-extend-token-expiration": works("bool", "true", "Let injected tokens live for a year, with a warning."),
  "service-account-issuer": works(
    "repeated",
    "",
    "Issuer of service account tokens; the first one signs. By default https://kubernetes.default.svc.",
  ),
  "service-account-jwks-uri": works("string", "", "Where the issuer's document says its keys are."),
  "service-account-key-file": works("repeated", "", "Keys, PEM, that prove service account tokens."),
  "service-account-lookup": works(
    "bool",
    "true",
    "Whether a token that lies in a Secret dies with it and with its service account; others always die with theirs.",
  ),
  "service-account-max-token-expiration": works("duration", "0s", "Longest life of a service account token."),
  "token-auth-file": works("string", "", 'CSV file of static tokens: token,user,uid,"group1,group2".'),
};

const authorization = {
  "authorization-config": works("string", "", "AuthorizationConfiguration file: the chain of authorizers, instead of the other flags."),
  "authorization-mode": works("list", "Node,RBAC", "Authorizers, asked in this order until one allows or denies.", {
    values: ["AlwaysAllow", "AlwaysDeny", "ABAC", "Webhook", "RBAC", "Node"],
  }),
  "authorization-policy-file": works("string", "", "Policy of the mode ABAC: one JSON object a line."),
  "authorization-webhook-cache-authorized-ttl": works("duration", "5m0s", "How long a webhook's yes is remembered."),
  "authorization-webhook-cache-unauthorized-ttl": works("duration", "30s", "How long a webhook's no is remembered."),
  "authorization-webhook-config-file": works("string", "", "kubeconfig of the webhook that authorizes."),
  "authorization-webhook-version": works("string", "v1beta1", "Version of SubjectAccessReview that is sent to it.", {
    values: ["v1", "v1beta1"],
  }),
};

const admission = {
  "admission-control": works("list", "", "All admission plugins that are on, instead of the two other flags; their order is fixed.", {
    values: admissionPluginNames,
    deprecated: true,
  }),
  "admission-control-config-file": works("string", "", "File that configures admission plugins (AdmissionConfiguration)."),
  "default-not-ready-toleration-seconds": works("int", "300", "How long pods stay on a node that is not ready.", { min: 0 }),
  "default-unreachable-toleration-seconds": works("int", "300", "How long pods stay on a node that is unreachable.", { min: 0 }),
  "disable-admission-plugins": works("list", "", "Admission plugins to turn off that are on by default.", { values: admissionPluginNames }),
  "enable-admission-plugins": works("list", "", "Admission plugins to turn on besides those on by default.", {
    values: admissionPluginNames,
  }),
};

const observability = {
  "allow-metric-labels": refused("map", "", "Values that labels of single metrics may have."),
  "allow-metric-labels-manifest": refused("string", "", "File with the same."),
  "disabled-metrics": refused("list", "", "Metrics to leave out."),
  "show-hidden-metrics-for-version": harmless("string", "", "Show metrics hidden since that release."),
  "log-flush-frequency": harmless("duration", "5s", "How often the log is flushed; lines are written at once here."),
  "log-text-info-buffer-size": harmless("string", "0", "Buffer of the log's lines of information."),
  "log-text-split-stream": harmless("bool", "false", "Write errors and information to separate streams."),
  "logging-format": harmless("string", "text", "Form of log lines.", { values: ["text", "json"] }),
  "v": harmless("int", "0", "How much is logged; more is more.", { min: 0 }),
  "vmodule": harmless("string", "", "How much is logged by single source files."),
  "tracing-config-file": refused("string", "", "File that says where traces are sent."),
};

const misc = {
  "aggregator-reject-forwarding-redirect": works("bool", "true", "Refuse redirects of aggregated API servers, instead of passing them on."),
  "allow-privileged": works("bool", "false", "Whether pods may have privileged containers."),
  "apiserver-count": works("int", "1", "Number of API servers in the cluster, for the endpoint reconciler master-count.", {
    min: 1,
    deprecated: true,
  }),
  "coordinated-leadership-lease-duration": harmless("duration", "15s", "Life of a lease of coordinated leader election."),
  "coordinated-leadership-renew-deadline": harmless("duration", "10s", "How long its leader tries to renew."),
  "coordinated-leadership-retry-period": harmless("duration", "2s", "How often it tries."),
  "egress-selector-config-file": refused("string", "", "File that says through which proxies connections go out."),
  "enable-aggregator-routing": works("bool", "false", "Call services (webhooks, aggregated APIs) at endpoints, not at the cluster IP."),
  "enable-logs-handler": refused("bool", "false", "Serve /var/log under /logs.", { deprecated: true }),
  "endpoint-reconciler-type": works(
    "string",
    "lease",
    "What the endpoints of the service kubernetes are: the servers that live (lease), as many as apiserver-count says, or none of a server's business.",
    { values: ["master-count", "lease", "none"] },
  ),
  "event-ttl": works("duration", "1h0m0s", "How long events are kept.", { min: 1000 }),
  "kubelet-certificate-authority": harmless("string", "", "CA of kubelets; none is called yet."),
  "kubelet-client-certificate": harmless("string", "", "Client certificate for kubelets; none is called yet."),
  "kubelet-client-key": harmless("string", "", "Key of that certificate."),
  "kubelet-port": harmless("int", "10250", "Port of kubelets.", { min: 0, max: 65535, deprecated: true }),
  "kubelet-preferred-address-types": harmless(
    "list",
    "Hostname,InternalDNS,InternalIP,ExternalDNS,ExternalIP",
    "Which of a node's addresses to call a kubelet by; none is called yet.",
  ),
  "kubelet-read-only-port": harmless("int", "10255", "Port of kubelets without TLS.", { min: 0, max: 65535, deprecated: true }),
  "kubelet-timeout": harmless("duration", "5s", "How long to wait for a kubelet; none is called yet."),
  "kubernetes-service-node-port": refused("int", "0", "Node port of the service kubernetes.", { min: 0, max: 65535 }),
  "max-connection-bytes-per-sec": refused("int", "0", "Most bytes a second of an exec, attach or port-forward.", { min: 0 }),
  "peer-advertise-ip": refused("string", "", "Address at which other API servers reach this one."),
  "peer-advertise-port": refused("string", "", "Port at which other API servers reach this one."),
  "peer-ca-file": refused("string", "", "CA of other API servers."),
  "proxy-client-cert-file": works("string", "", "Client certificate that proves to aggregated API servers who their proxy is."),
  "proxy-client-key-file": works("string", "", "Key of that certificate."),
  "service-account-signing-endpoint": refused("string", "", "Socket of a signer of service account tokens."),
  "service-account-signing-key-file": works(
    "string",
    "",
    "Key that signs service account tokens; by default one that is made at first start.",
  ),
  "service-cluster-ip-range": works("string", "10.0.0.0/24", "CIDR of service IPs; or two, one IPv4 and one IPv6."),
  "service-node-port-range": works("ports", "30000-32767", "Ports of services of the types NodePort and LoadBalancer."),
};

/** The sections in the order in which `--help` and the README show them. */
export const flagSections = {
  "Binnacle's own": binnacle,
  "Generic": generic,
  "Storage": storage,
  "Secure serving": secureServing,
  "Authentication": authentication,
  "Authorization": authorization,
  "Admission": admission,
  "Auditing": auditing,
  "Features": features,
  "Metrics, logs and traces": observability,
  "Other": misc,
};

/** All rows by name. */
export const flags = {
  ...binnacle,
  ...generic,
  ...storage,
  ...secureServing,
  ...authentication,
  ...authorization,
  ...admission,
  ...auditing,
  ...features,
  ...observability,
  ...misc,
};

export type FlagName = keyof typeof flags;

/** What each flag's value is once it is read. */
export type FlagValues = { readonly [Name in FlagName]: FlagValueTypes[(typeof flags)[Name]["type"]] };

/** The row of a name that came from outside; undefined where there is none. */
export function findFlag(name: string): Flag | undefined {
  return Object.hasOwn(flags, name) ? flags[name as FlagName] : undefined;
}

/** Names and rows, in the order of the sections. */
export function flagRows(): readonly (readonly [FlagName, Flag])[] {
  return Object.entries(flags) as [FlagName, Flag][];
}
