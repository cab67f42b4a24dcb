package io.blockgraph.histories;

import io.blockgraph.graph.NodeName;
import io.blockgraph.job.JobId;
import io.blockgraph.job.mirror.MirrorRequest;

/// A mirror job that was started and has not been brought to its end.
final class MirrorUnderWay {
  private final MirrorRequest request;
  private int pauses;

  MirrorUnderWay(MirrorRequest request) {
    this.request = request;
  }

  MirrorRequest request() {
    return request;
  }

  JobId id() {
    return request.id();
  }

  NodeName source() {
    return request.disks().source();
  }

  NodeName target() {
    return request.disks().target();
  }

  /// The node whose place the copy shall take.
  NodeName replaced() {
    return request.disks().replacing().replaces().orElse(source());
  }

  void paused() {
    pauses++;
  }

  void resumed() {
    pauses--;
  }

  int pauses() {
    return pauses;
  }
}
