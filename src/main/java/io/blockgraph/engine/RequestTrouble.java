package io.blockgraph.engine;

import io.blockgraph.block.BlockException;
import io.blockgraph.driver.EventBound;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.User;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/// Tells the event log of the requests of one user that the storage failed: `io-error` with `user`,
/// `node`, `operation`, `offset`, `length`, `kind`, `error`. Any thread.
///
/// A broken disk fails every request, so they are told within an [EventBound]; the next one that is
/// told says in `untold` how many were left out. A request that could never have been served
/// (outside of the disk, to a read-only node, after the node had gone) is the caller's mistake and
/// not told of. Jobs tell of their own errors, with what they do about them.
final class RequestTrouble {
  private final User user;
  private final EventLog events;
  private final EventBound bound;

  RequestTrouble(User user, EventLog events, LongSupplier nanos) {
    this.user = user;
    this.events = events;
    this.bound = new EventBound(nanos);
  }

  /// One request, and how it failed.
  record Failure(NodeName node, String operation, long offset, long length, BlockException error) {}

  /// Tells of `failure`, and hands its error back to be thrown.
  BlockException told(Failure failure) {
    if (isWorthTelling(failure.error().kind())) {
      bound.tell(untold -> events.tell("io-error", data(failure, untold)));
    }
    return failure.error();
  }

  private boolean isWorthTelling(BlockException.Kind kind) {
    return user.kind() != User.Kind.JOB
        && switch (kind) {
          case IO, FLUSH_FAILED, NO_SPACE, TIMEOUT, CORRUPT, BAD_IMAGE -> true;
          case OUT_OF_RANGE,
              READ_ONLY,
              SIZE_MISMATCH,
              CLOSED,
              UNSUPPORTED,
              INVALID,
              LOCKED,
              NOT_FOUND,
              EXISTS,
              FORBIDDEN ->
              false;
        };
  }

  private Map<String, Object> data(Failure failure, long untold) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("user", user.id().value());
    data.put("userKind", user.kind().word());
    data.put("node", failure.node().value());
    data.put("operation", failure.operation());
    data.put("offset", failure.offset());
    data.put("length", failure.length());
    data.put("kind", failure.error().kind().name());
    data.put("error", String.valueOf(failure.error().getMessage()));
    if (untold > 0) {
      data.put("untold", untold);
    }
    return data;
  }
}
