package io.blockgraph.differential;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The tables of what can be asked, asked of both.
final class FixedSequencesTest {
  private static final int ONE_OF = 8;

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

  /// The tables that are asked in every build.
  private static List<Sequence> common() {
    return joined(
        Stream.of(
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
            LifeSequences.all()));
  }

  /// Those of which every build asks some.
  private static List<Sequence> further() {
    return joined(
        Stream.of(
            PastSequences.all(),
            MixedSequences.all(),
            CreateSequences.all(),
            AmendSequences.all(),
            ErrorSequences.all(),
            StorageSequences.all()));
  }

  private static List<Sequence> joined(Stream<List<Sequence>> tables) {
    return tables.flatMap(List::stream).toList();
  }

  /// Of the long tables what meets a difference that was not met before, and one of eight others.
  private static List<Sequence> sequences() {
    List<Sequence> some = new ArrayList<>(common());
    Set<IntendedDifference> met = EnumSet.noneOf(IntendedDifference.class);
    some.forEach(sequence -> met.addAll(sequence.meets()));
    List<Sequence> all = further();
    for (int i = 0; i < all.size(); i++) {
      if (met.addAll(all.get(i).meets()) || i % ONE_OF == 0) {
        some.add(all.get(i));
      }
    }
    return some;
  }

  /// Those of every build, or those whose names `-Dname=` fits.
  static List<Sequence> usual() {
    return sequences().stream().filter(FixedSequencesTest::isNamed).toList();
  }

  static List<Sequence> all() {
    return joined(Stream.of(common(), further())).stream()
        .filter(FixedSequencesTest::isNamed)
        .toList();
  }

  private static boolean isNamed(Sequence sequence) {
    return Pattern.compile(System.getProperty("name", "")).matcher(sequence.name()).find();
  }

  @ParameterizedTest
  @MethodSource("usual")
  void differInWhatIsIntendedOnly(Sequence sequence) {
    compare(sequence);
  }

  @ParameterizedTest
  @MethodSource("all")
  @Tag("nightly")
  void differInWhatIsIntendedOnlyInTheLongTablesToo(Sequence sequence) {
    compare(sequence);
  }

  private static void compare(Sequence sequence) {
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
