package io.blockgraph.actuate;

import io.blockgraph.graph.NodeSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What the votes of a quorum say about its children, and how near the quorum is to failing.
final class QuorumChecks {
  private final List<Votes> votes;
  private final Optional<Long> threshold;

  QuorumChecks(NodeSpec quorum, List<?> votes) {
    this.votes = Votes.all(votes);
    this.threshold =
        Optional.ofNullable(quorum.options().values().get("voteThreshold"))
            .filter(Long.class::isInstance)
            .map(Long.class::cast);
  }

  /// One finding for each child, and one for the quorum when a child is bad.
  List<Finding> all() {
    List<Finding> found = new ArrayList<>();
    votes.forEach(child -> found.add(child(child)));
    long bad = votes.stream().filter(Votes::bad).count();
    if (bad > 0) {
      threshold.ifPresent(needed -> found.add(margin(votes.size() - bad, needed)));
    }
    return found;
  }

  private static Finding child(Votes votes) {
    String check = "votes of " + votes.child();
    String counted =
        votes.node()
            + "agreed "
            + votes.agreed()
            + " times, lost "
            + votes.lost()
            + ", failed "
            + votes.failed()
            + " since the node was opened";
    if (votes.none()) {
      return Finding.unknown(check, "it has not been asked since the node was opened");
    }
    return votes.bad()
        ? Finding.degraded(check, "its last vote was lost or failed (" + counted + ")")
        : Finding.good(check, "its last vote agreed (" + counted + ")");
  }

  private static Finding margin(long good, long needed) {
    String count = good + " children are good and " + needed + " must agree";
    if (good < needed) {
      return Finding.failed("majority", count + ": requests fail");
    }
    return Finding.degraded(
        "majority",
        good == needed
            ? count + ": one more bad child and requests fail"
            : count + ": " + (good - needed) + " more may go bad");
  }

  /// The votes of one child, as the driver tells them.
  ///
  /// @param node how a sentence names the node the child is: `node 'a' `; nothing when not told
  /// @param bad whether its last vote was lost or failed
  record Votes(String child, String node, long agreed, long lost, long failed, boolean bad) {
    boolean none() {
      return agreed + lost + failed == 0;
    }

    /// Those that are told; an entry of another shape is passed over.
    static List<Votes> all(List<?> told) {
      return told.stream()
          .filter(Map.class::isInstance)
          .map(entry -> (Map<?, ?>) entry)
          .filter(entry -> entry.get("child") != null)
          .map(Votes::of)
          .toList();
    }

    private static Votes of(Map<?, ?> entry) {
      return new Votes(
          String.valueOf(entry.get("child")),
          entry.get("node") instanceof String node ? "node '" + node + "' " : "",
          number(entry.get("agreed")),
          number(entry.get("lost")),
          number(entry.get("failed")),
          Boolean.TRUE.equals(entry.get("bad")));
    }

    private static long number(@Nullable Object value) {
      return value instanceof Number number ? number.longValue() : 0;
    }
  }
}
