package io.blockgraph.histories;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Histories that always end well prove nothing: each of these broken services must be noticed.
class HistoriesTeethTest {
  static Stream<Breakage> broken() {
    return Stream.of(
        // A mirror that forgets some of what clients wrote.
        new Breakage(
            "job/mirror/Tracker",
            "} finally { mark(range); }",
            "} finally { if (range.offset() % 8 != 0) { mark(range); } }"),
        // A quorum that writes to all of its children but one.
        new Breakage(
            "driver/quorum/Voters",
            "action.on(index, disks.get(index));",
            "if (index != 1 || !request.operation().word().equals(\"write\")) {"
                + " action.on(index, disks.get(index)); }"),
        // A file that stays open.
        new Breakage(
            "driver/file/FileNode",
            "public void close(Children children) { state.file().close(); }",
            "public void close(Children children) { }"));
  }

  static Stream<Breakage> alsoBroken() {
    return Stream.of(
        // A snapshot that leaves the users on the old node.
        new Breakage(
            "graph/Draft",
            "graph.usersAbove(move.from()).forEach(user -> graph.put(user.following(move)));",
            ""),
        // A snapshot that moves one parent too few.
        new Breakage(
            "graph/Draft",
            "for (NodeSpec parent : above(move)) {",
            "for (NodeSpec parent : above(move).stream().skip(1).toList()) {"),
        // An image that grows over a longer backing disk and shows it.
        new Breakage("driver/qcow2/Resizer", "if (end > old) {", "if (end < old) {"),
        // A flush that leaves the tables of an image in memory, for a kill to lose.
        new Breakage("driver/qcow2/Qcow2Io", "image.writeBack.flush(disks);", "disks.flush();"),
        // A bitmap that misses some of what is written.
        new Breakage(
            "engine/bitmap/NodeBitmaps",
            "bits.set(range);",
            "if (range.offset() % 3 != 0) { bits.set(range); }"),
        // An amendment that is answered and not written.
        new Breakage("driver/qcow2/Amender", "writeFlags(disks.file(), after);", ""),
        // A node that goes by a secret which does not open its image.
        new Breakage(
            "driver/luks/LuksNode",
            "requireOpens(change.children().get(ChildName.FILE), wanted);",
            ""),
        // A reserve that takes some of the data with it when it is given back.
        new Breakage(
            "driver/preallocate/Preallocation",
            "resizable(file).resize(dataEnd);",
            "resizable(file).resize(Math.max(0, dataEnd - 512));"),
        // A past that is given up and shown all the same.
        new Breakage(
            "driver/copybeforewrite/PastDisk",
            "discardedBytes.add(moment.letGo(whole, () -> free(whole)));",
            "free(whole);"),
        // A start that leaves the files of what was never decided.
        new Breakage("engine/Restart", "stored.undecided().forEach(this::remove);", ""),
        // A change that is refused and leaves its new file.
        new Breakage("engine/NewFiles", "made.forEach(files::delete);", ""));
  }

  @ParameterizedTest
  @MethodSource("broken")
  void noticeTheBrokenService(Breakage breakage) {
    assertThat(breakage.played()).as(breakage.toString()).isPresent();
  }

  @ParameterizedTest
  @MethodSource("alsoBroken")
  @Tag("nightly")
  void noticeMoreBrokenServices(Breakage breakage) {
    assertThat(breakage.played()).as(breakage.toString()).isPresent();
  }

  @Test
  @Tag("nightly")
  void findNothingWrongWithAServiceThatOnlyLooksDifferent() {
    Breakage none =
        new Breakage(
            "engine/NewFiles",
            "List<String> made = new ArrayList<>();",
            "List<String> made = new ArrayList<>(4);");
    assertThat(none.played()).isEmpty();
  }
}
