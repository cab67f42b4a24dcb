package io.blockgraph.histories;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// What was written to a disk during a request, so that it can be told afterwards whether a copy
/// shows it as it was at some moment of that time.
///
/// Each client of a disk writes to a part of its own, one request after the other: a moment lies
/// between two requests of each of them.
final class Recording {
  private final byte[] start;
  private final int[] bounds;
  private final List<List<Patch>> patches = new ArrayList<>();

  private record Patch(int offset, byte[] bytes) {}

  /// @param start the content when it began
  /// @param bounds where the part of each client begins, and where the last one ends
  Recording(byte[] start, int[] bounds) {
    this.start = start.clone();
    this.bounds = bounds.clone();
    for (int i = 1; i < bounds.length; i++) {
      patches.add(new ArrayList<>());
    }
  }

  /// Client `lane` has written; by its thread.
  void add(int lane, int offset, byte[] bytes) {
    patches.get(lane).add(new Patch(offset, bytes));
  }

  /// Why `seen` was at no moment the content; by one thread, when it has ended.
  Optional<String> objection(byte[] seen) {
    if (seen.length != start.length) {
      return Optional.of(seen.length + " bytes long instead of " + start.length);
    }
    for (int lane = 0; lane < patches.size(); lane++) {
      if (!wasSeen(lane, seen)) {
        byte[] last = after(lane, patches.get(lane).size());
        return Optional.of(
            "part %d is as at none of %d moments; against the last: %s"
                .formatted(
                    lane, patches.get(lane).size() + 1, Bytes.difference(last, part(lane, seen))));
      }
    }
    return Optional.empty();
  }

  private boolean wasSeen(int lane, byte[] seen) {
    byte[] wanted = part(lane, seen);
    byte[] now = part(lane, start);
    for (Patch patch : patches.get(lane)) {
      if (Arrays.equals(now, wanted)) {
        return true;
      }
      apply(patch, now, lane);
    }
    return Arrays.equals(now, wanted);
  }

  private byte[] after(int lane, int requests) {
    byte[] now = part(lane, start);
    patches.get(lane).stream().limit(requests).forEach(patch -> apply(patch, now, lane));
    return now;
  }

  private void apply(Patch patch, byte[] now, int lane) {
    System.arraycopy(patch.bytes(), 0, now, patch.offset() - bounds[lane], patch.bytes().length);
  }

  private byte[] part(int lane, byte[] content) {
    return Arrays.copyOfRange(content, bounds[lane], bounds[lane + 1]);
  }
}
