package io.blockgraph.histories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockgraph.Seeds;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Random histories of whole graphs with clients that write all the while: in the end the graph is
/// valid, no byte is lost in any root, and every image is clean.
///
/// `-Dhistories=N` sets how many, `-Dseed=N` plays one, `-Dagain=N` that one N times, `-Dwithout=`
/// leaves operations of it out, and `-Dshorten=N` looks for a shorter one that goes wrong, playing
/// each N times. docs/testing.md tells more.
class HistoriesTest {
  private static final int SAMPLE = 200;
  private static final int NIGHTLY = 20_000;

  @Test
  void endWithNothingLost() {
    Optional<History.Script> one = asked();
    if (one.isEmpty()) {
      end(Integer.getInteger("histories", SAMPLE));
    } else if (Integer.getInteger("shorten") instanceof Integer tries) {
      System.out.println("shortest: " + new Shortening(tries).shorten(one.get()));
    } else {
      assertThat(Campaign.play(Collections.nCopies(Integer.getInteger("again", 1), one.get())))
          .isEmpty();
    }
  }

  @Test
  @Tag("nightly")
  void endWithNothingLostTwentyThousandTimes() {
    assumeTrue(asked().isEmpty(), "one history was asked for");
    end(Integer.getInteger("histories", NIGHTLY));
  }

  /// A disk behind what an encrypted one is stored in may get another length.
  @ParameterizedTest
  @ValueSource(longs = 319_036_082_966L)
  void endWithNothingLostWhereSomethingWasFoundBefore(long seed) {
    assertThat(Campaign.playAlone(List.of(History.Script.whole(seed)))).isEmpty();
  }

  private static Optional<History.Script> asked() {
    Long seed = Long.getLong("seed");
    Set<Integer> without =
        Arrays.stream(System.getProperty("without", "").split(","))
            .filter(number -> !number.isBlank())
            .map(Integer::valueOf)
            .collect(Collectors.toSet());
    return seed == null ? Optional.empty() : Optional.of(new History.Script(seed, without));
  }

  private static void end(int count) {
    long first = Seeds.ofThisBuild();
    System.out.println("histories: -Dseed=" + first + " to " + (first + count - 1));
    List<String> failures =
        Campaign.play(
            LongStream.range(first, first + count).mapToObj(History.Script::whole).toList());
    System.out.println("histories: " + Diary.tally());
    assertThat(failures).isEmpty();
    if (count >= SAMPLE) {
      assertThat(Diary.tooSeldom(count)).isEmpty();
    }
  }
}
