/** Every bound of Quorate, with what happens when it is reached. */

/** The bounds. Each says its unit in its name. */
export const LIMITS = {
  /** Longest name; longer is refused with 422. */
  nameCharsMax: 100,
  /** Longest label key or value; longer is refused with 422. */
  labelCharsMax: 200,
  /** Labels of one target or probe; more is refused with 422. */
  labelsMax: 32,
  /** Shortest interval; shorter is refused with 422. */
  intervalMsMin: 200,
  /** Largest request body of the API; larger is refused with 413. */
  bodyBytesMax: 1_048_576,
  /** Targets of one aggregator; one more is refused with 422. */
  targetsMax: 200_000,
  /** Probes of one aggregator; one more is refused with 422. */
  probesMax: 5_000,
  /** Channels of one aggregator; one more is refused with 422. */
  channelsMax: 1_000,
  /** Rows of one page of a list; a larger `limit` is refused with 422. */
  pageRowsMax: 1_000,
  /** Longest a client waits before it asks again; asked to wait longer, it gives the error. */
  clientWaitMs: 30_000,
  /** Silence on a stream of events that a client takes for a dead connection; it connects again. */
  clientSilentMs: 45_000,
  /** Largest gRPC message received; larger closes the session with a sentence. */
  grpcMessageBytesMax: 1_048_576,
  /** gRPC calls at a time on one connection; a further one waits at its client. */
  grpcCallsMax: 1_000,
  /** Earlier boots replayed in one session; one more closes the session with a sentence. */
  replayedBootsMax: 1_000,
  /** Results in one batch; a larger batch closes the session with a sentence. */
  batchResultsMax: 2_000,
  /** Time a result may wait on the probe for its batch to fill. */
  batchWaitMs: 250,
  /** Batches sent and not yet acknowledged; the probe keeps the rest in its spool. */
  batchWindow: 32,
  /** Batches the spool keeps; the oldest is dropped for a newer one, and counted. */
  spoolBatchesMax: 20_000,
  /** Bytes the spool keeps on disk; the oldest is dropped for a newer one, and counted. */
  spoolBytesMax: 256 * 1_048_576,
  /** Longest detail sentence; longer is cut with an ellipsis. */
  detailCharsMax: 300,
  /** Evidence kept of one vantage on one target; the oldest makes room (VERDICTS section 4). */
  evidenceMax: 16,
  /** Canaries of one probe; further ones are not sent. */
  canariesMax: 16,
  /** Canaries of one probe whose last answer is kept; the oldest answer is forgotten. */
  reachedCanariesMax: 64,
  /** Events waiting for one slow subscriber; beyond, it is dropped with a reason. */
  subscriberEventsMax: 2_000,
  /** Subscribers of the event stream; one more is refused with 503. */
  subscribersMax: 5_000,
  /** Log events waiting to be committed; beyond, a session is made to wait. */
  engineQueueMax: 10_000,
  /** Rechecked targets in one message to a probe; more are split over several. */
  recheckHandlesMax: 1_000,
  /** Attempts to deliver one notification before it is a dead letter. */
  deliveryAttemptsMax: 100,
  /** Notifications of one channel that one failure hands to its fallback; the next takes more. */
  fallbackRowsMax: 1_000,
  /** Notifications of one channel delivered at the same time, unless the channel says otherwise. */
  channelConcurrency: 4,
  /** Longest ceiling of the backoff between two attempts; the real wait is a random part of it. */
  deliveryBackoffMsMax: 900_000,
  /** Longest wait a receiver may ask for by Retry-After; a longer one counts as this. */
  retryAfterMsMax: 3_600_000,
  /** Lines of evidence in one event; further ones are left out, and their number is told. */
  eventVantagesMax: 100,
  /** Connections to one receiver at a time; a further message waits for one. */
  receiverConnectionsMax: 64,
  /** Receivers whose connections are kept; those used longest ago are closed. */
  receiverOriginsMax: 256,
  /** Largest part of a webhook's answer that is read; the rest is not. */
  webhookAnswerBytesMax: 4_096,
  /** Names in one message that stands for many targets; further ones are counted. */
  foldedNamesMax: 10,
  /** Largest part of an answer that is read where its content counts; the rest is not. */
  notifierAnswerBytesMax: 262_144,
  /** Longest text in a message to a person; longer is cut with an ellipsis. */
  notifierTextCharsMax: 8_000,
  /** What receivers named earlier messages of one channel; the oldest is forgotten. */
  threadsMax: 10_000,
  /** Checks of one probe at the same time; a further one waits, and too late becomes void. */
  runningChecksMax: 4_000,
  /** Workers of one probe; a larger number is a usage error. */
  workersMax: 64,
  /** Sockets of closed connections that wait for the next look; further ones are let go. */
  idleLinesMax: 1_024,
  /** Sets of options that many http checks share; one used longest ago is not shared any more. */
  sharedOptionsMax: 256,
  /** Answer body of a check that is read by default; the rest is not. */
  checkBodyBytesMax: 1_048_576,
  /** Status line and headers of one answer to a check; more is a protocol error. */
  checkHeadBytesMax: 65_536,
  /** Line with the size of a chunk in an answer to a check; longer is a protocol error. */
  checkChunkLineBytesMax: 1_024,
  /** Cookies of one look; further ones are not kept. */
  checkCookiesMax: 50,
  /** Longest Set-Cookie header that is kept; a longer one is not. */
  checkCookieCharsMax: 4_096,
  /** Longest value that one step carries to the next; a longer one fails the check. */
  carriedCharsMax: 8_192,
  /** Shortest carried value that is kept out of sentences; a shorter one is no secret. */
  hiddenValueCharsMin: 8,
  /** Bytes a tcp or grpc check keeps while it waits for a match; more fails the check. */
  checkReplyBytesMax: 65_536,
  /** Largest report of a push target; larger is refused with 413. */
  pushBodyBytesMax: 4_096,
  /** Rounds of SCRAM that a server may ask of a check; more fails it. */
  scramRoundsMax: 200_000,
  /** Characters kept of what a program run by a check says; the rest is dropped. */
  childOutputBytesMax: 8_192,
  /** Files that a server may reflect for one call; more makes the outcome void. */
  reflectionFilesMax: 256,
  /** Bytes of one reply of server reflection; more fails the check. */
  reflectionBytesMax: 1_048_576,
  /** Part of an answer that a regular expression is run on; the rest is not looked at. */
  expressionCharsMax: 262_144,
  /** Time one expression may run on an answer; longer makes the outcome void. */
  expressionMsMax: 50,
  /** Reasons and resolvers the engine tells apart; further ones count as one. */
  textsMax: 1_024,
  /** Policies, sets of labels and such that targets share in memory; others are not shared. */
  alikePartsMax: 1_000,
  /** Boots of one probe whose position is kept; the oldest is forgotten. */
  bootsMax: 32,
  /** Notes on one incident; one more is refused with 422. */
  incidentNotesMax: 1_000,
  /** Answers kept for idempotency keys; the oldest is forgotten. */
  idempotencyKeysMax: 100_000,
  /** Failures of one probe that wait for a certificate; a further one is sent without. */
  certificatesWaitingMax: 20_000,
  /** Bytes the spool keeps in memory when the disk refuses; the oldest is dropped, and counted. */
  spoolMemoryBytesMax: 64 * 1_048_576,
  /** Connections to a probe's health endpoint; one more is closed at once. */
  healthConnectionsMax: 256,
  /** Names whose last lookup was slow; the oldest is forgotten, and may hold a quick name up. */
  slowNamesMax: 10_000,
  /** Tokens of one aggregator; one more is refused with 422. */
  tokensMax: 20_000,
  /** Browser sessions that are not over; one more ends the one that was unused longest. */
  browserSessionsMax: 10_000,
  /** Longest time the secret before is accepted after a rotation; longer is refused with 422. */
  tokenGraceMsMax: 30 * 86_400_000,
  /** Audit records of one class; the oldest are deleted. */
  auditRowsMax: 100_000,
  /** Fields of one audit record; further changed ones are left out. */
  auditFieldsMax: 50,
  /** Sign-ins at an identity provider that did not come back yet; the oldest is forgotten. */
  oidcLoginsMax: 1_000,
  /** Problems of one input that are told; further ones are only counted. */
  issuesMax: 50,
  /** Addresses whose failed sign-ins are remembered; the oldest is forgotten. */
  signInAddressesMax: 10_000,
  /** Failed sign-ins of one address in a minute; beyond, unknown tokens of it are refused (429). */
  signInFailuresMax: 20,
  /** Buckets of one vantage in one latency query; a longer range is refused with 422. */
  latencyBucketsMax: 9_000,
  /** Targets at a glance in one request; more are refused with 422. */
  glancesMax: 100,
  /** Newest looks of each target at a glance; more are refused with 422. */
  glanceLooksMax: 120,
  /** Conditions of one label selector, and values of one condition; more are refused with 422. */
  selectorConditionsMax: 50,
  /** Characters of one label selector; a longer one is refused with 422. */
  selectorCharsMax: 2_000,
  /** Entries in the timeline of one incident; of further ones the number is told. */
  timelineEntriesMax: 1_000,
  /** Targets in one bulk request; more are refused with 422. */
  bulkTargetsMax: 10_000,
  /** Body of a bulk request; larger is refused with 413. */
  bulkBodyBytesMax: 32 * 1_048_576,
  /** Fields of one sparse answer; more are refused with 422. */
  sparseFieldsMax: 50,
  /** Windows of one preview of a maintenance; more are refused with 422. */
  previewWindowsMax: 100,
  /** Rows one filtered list looks at; a page may then be short, and `next` goes on. */
  scanRowsMax: 50_000,
  /** Nesting of one JSON body; deeper is refused with 400. */
  jsonDepthMax: 64,
  /** Largest file of a probe's secrets; a larger one is refused at the start. */
  secretsFileBytesMax: 1_048_576,
  /** Reporters of business calls of one target; reports of one more are left out. */
  callReportersMax: 100,
  /** Reports of one target whose successes exonerate; the oldest makes room. */
  callReportsMax: 1_000,
  /** Calls of one reporter that count in five minutes of availability; more are scaled down. */
  callsCountedMax: 100,
  /** Reports of business calls in one request; more are refused with 422. */
  callsBatchMax: 100,
  /** Rows of one uptime query; a longer range is refused with 422. */
  uptimeSpansMax: 400,
  /** Maintenance of one aggregator, over or to come; one more is refused with 422. */
  maintenanceMax: 500,
  /** Silences that are not over; one more is refused with 422. */
  silencesMax: 500,
  /** Nodes in the tree of routes; more are refused with 422. */
  routesMax: 1_000,
  /** Windows of maintenance that are planned or run; one more is refused with 422. */
  maintenanceWindowsMax: 1_000,
  /** Transitions of one fold of a replay that are kept to compare; further ones are counted. */
  replayTransitionsMax: 100_000,
  /** Incidents of one fold of a replay that are kept to compare; further ones are counted. */
  replayIncidentsMax: 10_000,
  /** Outages, and transitions, that a replay shows; the number of further ones is told. */
  replayRowsMax: 2_000,
  /** Replays whose outcome is kept; the oldest is forgotten. One runs at a time. */
  replaysMax: 8,
  /** Connections to the agent port; one more is closed at once. */
  agentConnectionsMax: 1_024,
  /** Longest line that the agent port reads; a longer one gets an answer that changes nothing. */
  agentLineCharsMax: 300,
  /** Targets whose drain is remembered until it was taken back; the oldest is forgotten. */
  agentDrainsMax: 10_000,
  /** Files of one configuration; one more is told as a mistake. */
  configFilesMax: 1_000,
  /** Largest file of a configuration; a larger one is told as a mistake. */
  configFileBytesMax: 16 * 1_048_576,
  /** Items of one section of a configuration, templates expanded; more are told as a mistake. */
  configItemsMax: 200_000,
  /** Status pages of one aggregator; one more is refused with 422. */
  statusPagesMax: 100,
  /** Targets on one status page; further ones, by name, are counted. */
  statusTargetsMax: 500,
  /** Incidents on one status page, newest first; further ones are left out. */
  statusIncidentsMax: 50,
  /** Longest Markdown of a status page; longer is refused with 422. */
  statusTextCharsMax: 10_000,
  /** Longest picture of a status page, as a data URI; longer is refused with 422. */
  statusLogoCharsMax: 200_000,
  /** A status page is put together at most once in this time, whatever the load. */
  statusRenderMs: 5_000,
  /** Time a sign-in with the password of a status page is good for. */
  statusSignInMs: 7 * 86_400_000,
  /** Time a reader of a backup may take nothing; longer ends the backup. */
  backupStallMs: 120_000,
  /** Small files of a data directory that a backup holds; further ones are left out. */
  backupFilesMax: 10_000,
  /** Largest of them; a larger one is left out. */
  backupFileBytesMax: 1_048_576,
  /** Values that a file of another tool may unfold to; more are refused with a sentence. */
  importValuesMax: 2_000_000,
  /** Rows of one table of another tool's database that are read; the rest is not. */
  importRowsMax: 200_000,
  /** Targets with a metric of their own; further ones, by name, are only counted. */
  metricTargetsMax: 5_000,
  /** Probes with a histogram of latencies of their own; further ones share one. */
  metricProbesMax: 1_000,
  /** Attempts to deliver that one scrape counts; the next goes on where it ended. */
  metricAttemptsMax: 100_000,
  /** Longest Idempotency-Key; longer is refused with 422. */
  idempotencyKeyCharsMax: 200,
} as const;
