export { ApiError, type ApiErrorCode, isApiError } from "./api-error.ts";
export { type Backoff, backoffDelayMs } from "./backoff.ts";
export { type BindAddress, formatBindAddress, parseBindAddress } from "./bind-address.ts";
export {
  type ApplyConfiguration,
  type ApplyOptions,
  type CallOptions,
  type Client,
  createClient,
  type DeleteOptions,
  type Draft,
  type ListOptions,
  type ObjectTarget,
  type WatchCallOptions,
  type WriteOptions,
} from "./client.ts";
export type {
  ClientCertificate,
  Connection,
  ExecPlugin,
  Identity,
  TlsFiles,
} from "./connection.ts";
export { type ControllerOptions, type ReconcileResult, runController } from "./controller.ts";
export { type Credentials, createCredentials } from "./credentials.ts";
export { CredentialsError } from "./credentials-error.ts";
export {
  EVENTS,
  type EventDraft,
  type KubeEvent,
  type ObjectReference,
} from "./event.ts";
export { EventLoopWatch, type EventLoopWatchOptions } from "./event-loop-watch.ts";
export { createRecorder, type Recorder, type RecorderOptions } from "./events.ts";
export { fenceTransport } from "./fenced-transport.ts";
export type { HealthCheck } from "./health-check.ts";
export {
  informerSyncCheck,
  type LeaseHolder,
  leaseKnownCheck,
  leaseLostCheck,
} from "./health-checks.ts";
export { createHealthServer, type HealthServerOptions } from "./health-server.ts";
export { Heap } from "./heap.ts";
export { HttpServer, type HttpServerOptions } from "./http-server.ts";
export { type ChangeHandler, Informer, type InformerOptions } from "./informer.ts";
export { loadKubeconfig } from "./kubeconfig.ts";
export { KubeconfigError } from "./kubeconfig-error.ts";
export {
  isLeaderElectionError,
  LeaderElectionError,
  type LeaderElectionErrorCode,
} from "./leader-election-error.ts";
export {
  LeaderElector,
  type LeaderElectorOptions,
  type LeadershipState,
} from "./leader-elector.ts";
export { type Lease, type LeaseSpec, leases } from "./lease.ts";
export { type LeaseTimes, leaseTimes } from "./lease-times.ts";
export type { Logger } from "./logger.ts";
export { LruMap } from "./lru-map.ts";
export { type ManagerOptions, runManager } from "./manager.ts";
export { ManagerError, type ManagerErrorCode } from "./manager-error.ts";
export {
  type Counter,
  type Gauge,
  type Histogram,
  type HistogramDefinition,
  type LabelValues,
  type MetricDefinition,
  type Metrics,
  type MetricsRegistry,
  NO_METRICS,
} from "./metrics.ts";
export { createMetricsServer, type MetricsServerOptions } from "./metrics-server.ts";
export type { KubeList, KubeObject, ObjectMeta, OwnerReference } from "./object.ts";
export { type NamespacedName, objectKey, parseObjectKey } from "./object-key.ts";
export { PartitionedInformer } from "./partitioned-informer.ts";
export { createTransport, type TransportOptions } from "./pool-transport.ts";
export { createMetrics, type MetricsOptions } from "./prometheus-metrics.ts";
export { apiVersionOf, defineResource, pathOf, type Resource } from "./resource.ts";
export type { Runnable } from "./runnable.ts";
export { type ShardGroup, SLOTS } from "./shard-group.ts";
export { type SaidHandler, ShardMember, type ShardMemberOptions } from "./shard-member.ts";
export type { SlotWorker } from "./shard-slots.ts";
export { shorten } from "./shorten.ts";
export { stopOnSignals } from "./stop-on-signals.ts";
export type { IndexFunction, StoreChange, StoreOptions, StoreReader } from "./store.ts";
export { type TokenBucket, type TokenRate, takeToken, tokensAt } from "./token-bucket.ts";
export type { ApiRequest, Transport } from "./transport.ts";
export { isTransportError, TransportError, type TransportErrorCode } from "./transport-error.ts";
export { type WatchOptions, watch } from "./watch.ts";
export { WatchError } from "./watch-error.ts";
export type { WatchEvent } from "./watch-event.ts";
export {
  createWatchSource,
  isSelectable,
  type SourceOptions,
  type WatchSource,
} from "./watch-source.ts";
export { step } from "./watcher.ts";
export type { WatcherEvent, WatcherState, WatcherStep } from "./watcher-state.ts";
export {
  LOW_PRIORITY,
  NORMAL_PRIORITY,
  Workqueue,
  type WorkqueueObserver,
  type WorkqueueOptions,
} from "./workqueue.ts";
export { workqueueMetrics } from "./workqueue-metrics.ts";
export { WriteFence } from "./write-fence.ts";
