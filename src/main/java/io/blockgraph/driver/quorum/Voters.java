package io.blockgraph.driver.quorum;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.EqualLengths;
import io.blockgraph.graph.ChildName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// The bound children of a quorum, in order, and what they do together.
final class Voters {
  private final List<ChildName> names;
  private final List<BlockIo> disks;
  private final Reports reports;
  private final FanOut fanOut;
  private final Pace pace;
  private final EqualLengths lengths;
  private final List<Optional<BlockException>> noFailures;

  Voters(Children children, Reports reports, FanOut fanOut, Pace pace) {
    this.names = List.copyOf(children.byName().keySet());
    this.disks = List.copyOf(children.byName().values());
    this.reports = reports;
    this.fanOut = fanOut;
    this.pace = pace;
    this.lengths = new EqualLengths(reports.quorum(), children);
    this.noFailures = Collections.nCopies(disks.size(), Optional.empty());
  }

  /// What is done with one child.
  interface Action {
    void on(int index, BlockIo disk);
  }

  int count() {
    return disks.size();
  }

  BlockIo disk(int index) {
    return disks.get(index);
  }

  List<BlockIo> disks() {
    return disks;
  }

  ChildName name(int index) {
    return names.get(index);
  }

  Reports reports() {
    return reports;
  }

  EqualLengths lengths() {
    return lengths;
  }

  /// Lets every child do the same; failures are reported.
  ///
  /// @return for each child, the failure or nothing
  List<Optional<BlockException>> each(Request request, Action action) {
    List<Optional<BlockException>> failures = failures(request, action);
    for (int i = 0; i < count(); i++) {
      ChildName child = names.get(i);
      failures.get(i).ifPresent(e -> reports.failed(child, request, e));
    }
    return failures;
  }

  /// As [#each], and nothing is reported. A [BlockException] is the child's vote; any other failure
  /// is ours and is thrown.
  List<Optional<BlockException>> failures(Request request, Action action) {
    @Nullable Throwable[] thrown =
        pace.together(request) ? together(request, action) : inTurn(request, action);
    return thrown == null ? noFailures : votes(thrown);
  }

  /// What the children threw; nothing when none did.
  private @Nullable Throwable @Nullable [] inTurn(Request request, Action action) {
    @Nullable Throwable[] thrown = null;
    for (int i = 0; i < count(); i++) {
      try {
        ask(request, action, i);
      } catch (RuntimeException | Error e) {
        thrown = thrown == null ? new @Nullable Throwable[count()] : thrown;
        thrown[i] = e;
      }
    }
    return thrown;
  }

  private void ask(Request request, Action action, int index) {
    long begun = pace.begin();
    action.on(index, disks.get(index));
    pace.end(request, begun);
  }

  private @Nullable Throwable[] together(Request request, Action action) {
    @Nullable Throwable[] thrown = new @Nullable Throwable[count()];
    fanOut.run(
        IntStream.range(0, count()).mapToObj(i -> part(request, action, i, thrown)).toList());
    return thrown;
  }

  private static List<Optional<BlockException>> votes(@Nullable Throwable[] thrown) {
    List<Optional<BlockException>> failures = new ArrayList<>();
    for (Throwable failure : thrown) {
      failures.add(Optional.ofNullable(failure).map(Voters::vote));
    }
    return failures;
  }

  private static BlockException vote(Throwable failure) {
    return switch (failure) {
      case BlockException vote -> vote;
      case RuntimeException ours -> throw ours;
      case Error ours -> throw ours;
      default -> throw new IllegalStateException("a child threw what it does not declare", failure);
    };
  }

  private Runnable part(Request request, Action action, int index, @Nullable Throwable[] thrown) {
    return () -> {
      try {
        ask(request, action, index);
      } catch (RuntimeException | Error e) {
        thrown[index] = e;
      }
    };
  }

  /// Lets every child do the same and wants `threshold` of them to succeed.
  ///
  /// @throws BlockException the kind most children failed with
  void agree(Request request, int threshold, Action action) {
    requireSuccesses(each(request, action), request, threshold);
  }

  /// @throws BlockException the kind most children failed with, when fewer than `threshold` did not
  void requireSuccesses(List<Optional<BlockException>> failures, Request request, int threshold) {
    List<BlockException> errors = failures.stream().flatMap(Optional::stream).toList();
    int successes = count() - errors.size();
    if (successes >= threshold) {
      return;
    }
    reports.failure(request);
    BlockException elected = elected(errors);
    throw new BlockException(
        elected.kind(),
        "node '"
            + reports.quorum()
            + "': "
            + request.operation().word()
            + " succeeded on "
            + successes
            + " of "
            + count()
            + " children, "
            + threshold
            + " are needed; most say: "
            + elected.getMessage(),
        elected);
  }

  /// The first error of the kind that has most votes.
  private static BlockException elected(List<BlockException> errors) {
    Map<Kind, Integer> votes = new LinkedHashMap<>();
    errors.forEach(error -> votes.merge(error.kind(), 1, Integer::sum));
    int most = votes.values().stream().mapToInt(Integer::intValue).max().orElseThrow();
    return errors.stream()
        .filter(error -> votes.getOrDefault(error.kind(), 0) == most)
        .findFirst()
        .orElseThrow();
  }
}
