package io.blockgraph.actuate;

import io.blockgraph.block.BlockException;
import io.blockgraph.engine.Glance;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a node's own facts say about how it is. Pure functions.
///
/// Facts are asked for by name, not by driver: whichever driver tells `corrupt`, `flushFailed`,
/// `mismatches`, `votes` or `stage` is judged by it.
final class NodeChecks {
  private NodeChecks() {}

  /// Every check that applies to `node`.
  static List<Finding> of(NodeSpec node, Glance glance) {
    Optional<BlockException> unavailable = glance.unavailable(node.name());
    if (unavailable.isPresent()) {
      return List.of(notOpen(unavailable.get().kind(), brokenChild(node, glance)));
    }
    List<Finding> found = new ArrayList<>();
    found.add(Finding.good("open", "it was opened and is open"));
    if (glance.sizeBytes(node.name()).isEmpty()) {
      found.add(Finding.failed("length", "its length cannot be told, so no request is served"));
    }
    Map<String, Object> facts = glance.facts(node.name());
    flush(facts).ifPresent(found::add);
    image(facts).ifPresent(found::add);
    mismatches(facts).ifPresent(found::add);
    if (facts.get("votes") instanceof List<?> votes) {
      found.addAll(new QuorumChecks(node, votes).all());
    }
    if (facts.containsKey("stage")) {
      found.addAll(new ReplicationChecks(node.name(), facts).all(glance));
    }
    return found;
  }

  private static Optional<NodeName> brokenChild(NodeSpec node, Glance glance) {
    return node.children().stream()
        .map(ChildSpec::node)
        .filter(child -> glance.unavailable(child).isPresent())
        .findFirst();
  }

  /// The message of the error names files; its kind and the child say enough.
  private static Finding notOpen(BlockException.Kind kind, Optional<NodeName> brokenChild) {
    String why =
        brokenChild
            .map(child -> "its child '" + child + "' is not open")
            .orElseGet(() -> described(kind));
    return Finding.failed("open", "it could not be opened at the start (" + kind + "): " + why);
  }

  private static String described(BlockException.Kind kind) {
    return switch (kind) {
      case NOT_FOUND -> "its file is not there";
      case FORBIDDEN -> "its file may not be opened";
      case LOCKED -> "another process holds its file";
      case BAD_IMAGE -> "its image cannot be read";
      case CORRUPT -> "its image is corrupt and it is to be written";
      case READ_ONLY -> "its file can only be read";
      case INVALID, SIZE_MISMATCH ->
          "what it was made of does not fit together any more, or its secret is not there";
      case IO, NO_SPACE, OUT_OF_RANGE, UNSUPPORTED, EXISTS, CLOSED, FLUSH_FAILED, TIMEOUT ->
          "its storage failed";
    };
  }

  private static Optional<Finding> flush(Map<String, Object> facts) {
    return flag(facts, "flushFailed")
        .map(
            failed ->
                failed
                    ? Finding.failed(
                        "flush",
                        "a flush has failed: what was written since the last good one may be lost,"
                            + " and no flush succeeds until the node is opened anew")
                    : Finding.good("flush", "no flush has failed since it was opened"));
  }

  private static Optional<Finding> image(Map<String, Object> facts) {
    return flag(facts, "corrupt")
        .map(
            corrupt ->
                corrupt
                    ? Finding.failed("image", corruption(facts))
                    : Finding.good(
                        "image",
                        "it is not flagged, and no table that was used contradicts itself"));
  }

  private static String corruption(Map<String, Object> facts) {
    String where = facts.get("corruption") instanceof String reason ? ": " + reason : "";
    return "the image is corrupt and takes no writes" + where;
  }

  private static Optional<Finding> mismatches(Map<String, Object> facts) {
    return Optional.ofNullable(facts.get("mismatches"))
        .filter(Number.class::isInstance)
        .map(count -> ((Number) count).longValue())
        .map(
            count ->
                count > 0
                    ? Finding.degraded(
                        "comparison", count + " requests found its two disks different")
                    : Finding.good("comparison", "no request found its two disks different"));
  }

  private static Optional<Boolean> flag(Map<String, Object> facts, String name) {
    return Optional.ofNullable(facts.get(name))
        .filter(Boolean.class::isInstance)
        .map(Boolean.class::cast);
  }
}
