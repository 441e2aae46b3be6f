/** Why an etcd cannot be reached. */
interface EtcdFault {
  readonly what: string;
  readonly todo: string;
  /** It may come up by itself. */
  readonly passes: boolean;
}

const CHECK_CA = "name the authority of its certificate with --etcd-cafile";

/** What gRPC, TLS and sockets say, and what that means at a start. */
const faults: readonly (readonly [says: RegExp, fault: EtcdFault])[] = [
  [
    /unable to verify|self-signed certificate|unable to get (local )?issuer/,
    { what: "its certificate is not of an authority that is trusted here", todo: CHECK_CA, passes: false },
  ],
  [/certificate has expired/, { what: "its certificate has expired", todo: "give it a new one", passes: false }],
  [
    /does not match certificate's altnames/,
    {
      what: "its certificate is for other names and addresses",
      todo: "name it with --etcd-servers as its certificate does",
      passes: false,
    },
  ],
  [
    /SSL alert number|\balert (bad certificate|unknown ca|certificate)/,
    {
      what: "it refuses the client certificate of this server, or that there is none",
      todo: "name one with --etcd-certfile and --etcd-keyfile that comes from its --trusted-ca-file and has not ended",
      passes: false,
    },
  ],
  [
    /before secure TLS connection was established|wrong version number/,
    { what: "it does not speak TLS", todo: "name it as http:// with --etcd-servers, or see to its certificate", passes: true },
  ],
  [
    /Failed to connect/,
    { what: "it ends the connection at once, as one does that wants TLS", todo: "name it as https:// with --etcd-servers", passes: true },
  ],
  [
    /Name resolution failed/,
    { what: "its name is not known here", todo: "see to the names in --etcd-servers, and to this machine's DNS", passes: true },
  ],
  [/ECONNREFUSED/, { what: "nothing listens there", todo: "start it, or see to the ports in --etcd-servers", passes: true }],
  [
    /EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|DEADLINE_EXCEEDED|Deadline exceeded/,
    { what: "it does not answer", todo: "see to the network between, and to --etcd-servers", passes: true },
  ],
  [/no leader|request timed out/, { what: "its members have no quorum", todo: "start more of them", passes: true }],
];

/** What a call's failure means at a start; as it was said where nothing better is known. */
export function etcdFault(message: string): EtcdFault {
  const known = faults.find(([says]) => says.test(message))?.[1];
  return (
    known ?? { what: message.replaceAll(/\s+/g, " ").trim(), todo: "see that it answers, and what the flags --etcd-* say", passes: true }
  );
}
