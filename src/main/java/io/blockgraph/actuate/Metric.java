package io.blockgraph.actuate;

import java.util.List;

/// The catalogue of our metrics; docs/metrics.md shows it, and a test holds both against a scrape.
///
/// A name, once published, is kept: a rename breaks dashboards and alerts without a word.
enum Metric {
  BUILD("blockgraph_build_info", Type.INFO, "The version that runs.", "version"),
  GRAPH_NODES("blockgraph_graph_nodes", Type.GAUGE, "Nodes in the graph.", "driver"),
  GRAPH_EDGES(
      "blockgraph_graph_edges",
      Type.GAUGE,
      "Edges with that role; user for those of users. An edge with several roles counts in each.",
      "role"),
  GRAPH_REVISION(
      "blockgraph_graph_revision", Type.GAUGE, "The number of the last change of the graph."),
  CHECKS(
      "blockgraph_checks",
      Type.GAUGE,
      "Checks of nodes, exports and jobs that came to that condition.",
      "of",
      "condition"),
  NODE_BYTES(
      "blockgraph_node_io_bytes_total",
      Type.COUNTER,
      "Bytes of requests of users that succeeded.",
      "node",
      "op"),
  NODE_OPERATIONS(
      "blockgraph_node_io_operations_total",
      Type.COUNTER,
      "Requests of users that succeeded.",
      "node",
      "op"),
  NODE_ERRORS(
      "blockgraph_node_io_errors_total",
      Type.COUNTER,
      "Requests of users that failed, by kind of error.",
      "node",
      "op",
      "kind"),
  NODE_SECONDS(
      "blockgraph_node_io_seconds",
      Type.HISTOGRAM,
      "How long requests of users took; only of nodes that were asked to be timed.",
      "node",
      "op"),
  NODE_SIZE("blockgraph_node_size_bytes", Type.GAUGE, "The length of the disk.", "node"),
  NODE_ALLOCATED(
      "blockgraph_node_allocated_bytes",
      Type.GAUGE,
      "Storage of the host that the node's file takes, as it was asked for lately.",
      "node"),
  QUORUM_VOTES(
      "blockgraph_quorum_votes_total",
      Type.COUNTER,
      "Votes of a quorum's child: agreed, lost or failed.",
      "node",
      "child",
      "result"),
  QUORUM_UNDECIDED(
      "blockgraph_quorum_undecided_total",
      Type.COUNTER,
      "Requests that failed because too few children agreed.",
      "node"),
  QUORUM_BAD(
      "blockgraph_quorum_children_bad",
      Type.GAUGE,
      "Children of a quorum whose last vote was lost or failed.",
      "node"),
  QUORUM_CHILDREN("blockgraph_quorum_children", Type.GAUGE, "Children of a quorum.", "node"),
  QUORUM_THRESHOLD(
      "blockgraph_quorum_vote_threshold",
      Type.GAUGE,
      "How many children of a quorum must agree.",
      "node"),
  JOB_STATE(
      "blockgraph_job_state",
      Type.GAUGE,
      "1 for the status a job has, 0 for the others.",
      "job",
      "kind",
      "state"),
  JOB_PROGRESS(
      "blockgraph_job_progress_bytes", Type.GAUGE, "Bytes a job has copied so far.", "job"),
  JOB_TOTAL(
      "blockgraph_job_total_bytes",
      Type.GAUGE,
      "Bytes copied and still to be copied; moves both ways.",
      "job"),
  JOB_DIRTY(
      "blockgraph_job_dirty_bytes",
      Type.GAUGE,
      "Bytes still to be copied; grows when clients write.",
      "job"),
  JOB_RATE(
      "blockgraph_job_rate_bytes_per_second",
      Type.GAUGE,
      "How fast a job copies, averaged over the last seconds.",
      "job"),
  JOBS_FINISHED(
      "blockgraph_jobs_finished_total",
      Type.COUNTER,
      "Jobs that ended in this run of the service.",
      "kind",
      "result"),
  CONFLICTS(
      "blockgraph_permission_conflicts_total",
      Type.COUNTER,
      "Changes that were refused because two users do not get along, by the permission missing.",
      "permission"),
  NBD_CONNECTIONS(
      "blockgraph_nbd_connections", Type.GAUGE, "Clients connected to an export.", "export"),
  NBD_SECONDS(
      "blockgraph_nbd_request_seconds",
      Type.HISTOGRAM,
      "From the arrival of a request's header until its reply was ready.",
      "export",
      "command"),
  NBD_BYTES(
      "blockgraph_nbd_request_bytes_total",
      Type.COUNTER,
      "Bytes of requests of clients that succeeded.",
      "export",
      "command"),
  NBD_ERRORS(
      "blockgraph_nbd_request_errors_total",
      Type.COUNTER,
      "Requests of clients that failed.",
      "export",
      "command"),
  SUBSCRIBERS("blockgraph_events_subscribers", Type.GAUGE, "Streams of events that are open."),
  JOURNAL_SECONDS(
      "blockgraph_journal_fsync_seconds",
      Type.HISTOGRAM,
      "How long the state store took to make a change durable."),
  STORE_WRITABLE(
      "blockgraph_store_writable",
      Type.GAUGE,
      "1 when the state store took the last write, 0 when not or when one hangs."),
  LEFT_OUT(
      "blockgraph_metrics_left_out",
      Type.GAUGE,
      "Nodes, jobs and exports beyond those that have series of their own.",
      "of");

  private final String title;
  private final Type type;
  private final String help;

  /// Never changes: what the constructor makes of its arguments cannot.
  @SuppressWarnings("ImmutableEnumChecker")
  private final List<String> labels;

  /// How a metric is to be read.
  enum Type {
    GAUGE,
    COUNTER,
    HISTOGRAM,
    INFO
  }

  Metric(String title, Type type, String help, String... labels) {
    this.title = title;
    this.type = type;
    this.help = help;
    this.labels = List.of(labels);
  }

  /// Its name in the scrape, without what the parts of a histogram add.
  String title() {
    return title;
  }

  Type type() {
    return type;
  }

  String help() {
    return help;
  }

  List<String> labels() {
    return labels;
  }
}
