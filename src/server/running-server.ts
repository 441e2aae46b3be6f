/** A server that accepts requests. */
export interface RunningServer extends AsyncDisposable {
  /** Where it is reached from this machine, for instance "https://127.0.0.1:6443". */
  readonly url: string;
  /** The administrator's kubeconfig. */
  readonly kubeconfigPath: string;
  /** Takes no more requests, ends watches, closes the store. Calling it again waits for the same end. */
  close(): Promise<void>;
}
