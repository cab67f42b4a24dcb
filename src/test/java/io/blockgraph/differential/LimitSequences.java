package io.blockgraph.differential;

import static io.blockgraph.differential.Asks.addGroup;
import static io.blockgraph.differential.Asks.limitGroup;
import static io.blockgraph.differential.Asks.removeGroup;
import static io.blockgraph.differential.Asks.threshold;
import static io.blockgraph.differential.Asks.throttled;
import static io.blockgraph.differential.Sequence.qcow2;

import io.blockgraph.differential.Command.DeleteNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Groups of limits, and the lengths of which word is given.
final class LimitSequences {
  private static final Command DISK = qcow2("disk", Template.QCOW2_A);

  private LimitSequences() {}

  static List<Sequence> all() {
    return Stream.of(groups(), limits(), thresholds()).flatMap(List::stream).toList();
  }

  private static List<Sequence> groups() {
    Command made = addGroup("g", Map.of("iops-total", 100_000));
    return List.of(
        Sequence.of("a group twice", made, addGroup("g", Map.of()), removeGroup("g")),
        Sequence.of("remove a group that is not there", removeGroup("g")),
        Sequence.of(
            "limits of a group that is not there", limitGroup("g", Map.of("iops-total", 1))),
        Sequence.of("a node of a group that is not there", throttled("t", "disk", "g")).after(DISK),
        Sequence.of(
                "a group in use",
                made,
                throttled("t", "disk", "g"),
                removeGroup("g"),
                limitGroup("g", Map.of("iops-total", 200_000)),
                new DeleteNode("t"),
                removeGroup("g"))
            .after(DISK));
  }

  /// Each once for a new group and once for one that is there.
  private static List<Sequence> limits() {
    List<Map<String, Object>> limits =
        List.of(
            Map.of("iops-total", 10, "iops-total-max", 20, "iops-total-max-length", 3),
            Map.of("iops-total", 10, "iops-read", 10),
            Map.of("bps-total", 10_000, "bps-write", 10_000),
            Map.of("iops-total", 10, "iops-read-max", 10),
            Map.of("iops-total-max", 20),
            Map.of("iops-total", 20, "iops-total-max", 10),
            Map.of("iops-total", 10, "iops-total-max-length", 3),
            Map.of("iops-total", 10, "iops-total-max", 20, "iops-total-max-length", 0),
            Map.of("iops-total", -1),
            Map.of("bps-total", 1_000_000_000_000_001L),
            Map.of("iops-size", 4096),
            Map.of("bps-total", 4096, "iops-size", 4096),
            Map.of("nothing", 1));
    List<Sequence> sequences = new ArrayList<>();
    for (Map<String, Object> limit : limits) {
      IntendedDifference[] meets =
          limit.containsKey("iops-size")
              ? new IntendedDifference[] {IntendedDifference.D49}
              : new IntendedDifference[0];
      sequences.add(
          Sequence.of("a group with " + limit, addGroup("g", limit), removeGroup("g"))
              .meeting(meets));
      sequences.add(
          Sequence.of(
                  "limits " + limit,
                  addGroup("g", Map.of()),
                  limitGroup("g", limit),
                  removeGroup("g"))
              .meeting(meets));
    }
    return sequences;
  }

  private static List<Sequence> thresholds() {
    return List.of(
        Sequence.of("a threshold of a disk", threshold("disk", 4096), threshold("disk", 8192))
            .after(DISK),
        Sequence.of("a threshold of nothing", threshold("nobody", 4096)),
        Sequence.of("no threshold any more", threshold("disk", 4096), threshold("disk", 0))
            .after(DISK),
        Sequence.of("a threshold before the beginning", threshold("disk", -1))
            .after(DISK)
            .meeting(IntendedDifference.D47),
        Sequence.of("a threshold behind the end", threshold("disk", Sizes.HUGE)).after(DISK));
  }
}
