package io.blockgraph.differential;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The tables of what can be asked, asked of both.
final class FixedSequencesTest {
  @TempDir(factory = FastFolder.class)
  static Path folder;

  private static Arena arena;

  @BeforeAll
  static void start() {
    arena = Arena.in(folder);
  }

  @AfterAll
  static void stop() {
    arena.close();
  }

  static List<Sequence> sequences() {
    return Stream.of(
            ReplaceSequences.all(),
            SnapshotSequences.all(),
            InternalSnapshotSequences.all(),
            ResizeSequences.all(),
            LoopSequences.all(),
            JobSequences.all(),
            ShortenSequences.all(),
            NodeSequences.all(),
            BitmapSequences.all(),
            TogetherSequences.all(),
            LimitSequences.all(),
            BackupSequences.all(),
            LifeSequences.all())
        .flatMap(List::stream)
        .toList();
  }

  @ParameterizedTest
  @MethodSource("sequences")
  void differInWhatIsIntendedOnly(Sequence sequence) {
    Report report = arena.run(sequence.commands());
    assertThat(report.isClean()).as(report.toString()).isTrue();
    assertThat(report.met()).as(report.toString()).isEqualTo(sequence.meets());
  }

  @Test
  void meetEveryIntendedDifference() {
    Set<IntendedDifference> met = EnumSet.noneOf(IntendedDifference.class);
    sequences().forEach(sequence -> met.addAll(sequence.meets()));
    assertThat(met).containsExactlyInAnyOrder(IntendedDifference.values());
  }
}
