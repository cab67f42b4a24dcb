package io.blockgraph.differential;

import static io.blockgraph.differential.Asks.addBitmap;
import static io.blockgraph.differential.Asks.clearBitmap;
import static io.blockgraph.differential.Asks.disableBitmap;
import static io.blockgraph.differential.Asks.removeBitmap;
import static io.blockgraph.differential.Asks.waiting;
import static io.blockgraph.differential.IntendedDifference.D51;
import static io.blockgraph.differential.Sequence.overlay;
import static io.blockgraph.differential.Sequence.qcow2;
import static io.blockgraph.differential.Sequence.steer;
import static io.blockgraph.differential.Sequence.write;
import static io.blockgraph.differential.Sequence.writer;

import io.blockgraph.differential.Command.Verb;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Backups by bitmaps: what they copy, what they leave in the bitmap, and what cannot be.
final class PastSequences {
  private static final Command[] DISKS = {
    qcow2("base", Template.QCOW2_A),
    overlay("disk", Template.QCOW2_HALF, "base"),
    writer("e", "disk"),
    qcow2("copy", Template.QCOW2_EMPTY),
    addBitmap("disk", "b"),
    write("e", 65536, 0xe1)
  };
  private static final List<String> MODES = List.of("on-success", "never", "always");

  private PastSequences() {}

  static List<Sequence> all() {
    return Stream.of(copies(), ends(), refusals())
        .flatMap(List::stream)
        .map(sequence -> sequence.after(DISKS))
        .toList();
  }

  private static BackupAsks sync(String sync) {
    return BackupAsks.sync(sync).by("b");
  }

  private static List<Sequence> copies() {
    List<Sequence> sequences = new ArrayList<>();
    for (String mode : MODES) {
      sequences.add(
          Sequence.of(
              "copy what a bitmap says, " + mode,
              sync("bitmap").mode(mode).done("disk", "copy"),
              write("e", 131072, 0xe2),
              sync("bitmap").mode(mode).done("disk", "copy")));
    }
    for (String sync : List.of("full", "top", "incremental")) {
      sequences.add(
          Sequence.of(
              "leave a bitmap behind, " + sync,
              sync(sync).mode("on-success").done("disk", "copy"),
              write("e", 131072, 0xe2)));
    }
    sequences.add(
        Sequence.of(
            "leave a bitmap behind, always",
            sync("full").mode("always").done("disk", "copy"),
            write("e", 131072, 0xe2)));
    sequences.add(inParts("small", 512));
    sequences.add(inParts("large", 131072));
    sequences.add(
        Sequence.of(
            "copy by a bitmap that is off",
            disableBitmap("disk", "b"),
            write("e", 131072, 0xe2),
            sync("bitmap").mode("on-success").done("disk", "copy"),
            write("e", 131072, 0xe3)));
    return sequences;
  }

  private static Sequence inParts(String how, int granularity) {
    return Sequence.of(
        "copy by " + how + " parts",
        addBitmap("disk", how, Map.of("granularity", granularity)),
        write("e", 8192, 0xe2),
        BackupAsks.sync("incremental").by(how).mode("on-success").done("disk", "copy"));
  }

  /// What the bitmap is like while a job has it, and afterwards.
  private static List<Sequence> ends() {
    List<Sequence> sequences = new ArrayList<>();
    for (String mode : MODES) {
      for (Verb end : List.of(Verb.FINALIZE, Verb.CANCEL)) {
        List<Command> meanwhile =
            List.of(
                write("e", 131072, 0xe2),
                removeBitmap("disk", "b"),
                clearBitmap("disk", "b"),
                Asks.enableBitmap("disk", "b"),
                Asks.mergeBitmaps("disk", "b", "b"),
                addBitmap("disk", "b"),
                addBitmap("disk", "c"),
                steer(end));
        sequences.add(
            Sequence.of(
                "a bitmap that a job has, " + mode + ", " + end,
                new Command.Life(
                    "j",
                    waiting(sync("bitmap").mode(mode).start("j", "disk", "copy")),
                    meanwhile,
                    List.of())));
      }
    }
    return sequences;
  }

  private static List<Sequence> refusals() {
    return List.of(
        Sequence.of("by a bitmap without a mode", sync("bitmap").done("disk", "copy")).meeting(D51),
        Sequence.of("in steps without a mode", sync("incremental").done("disk", "copy")),
        Sequence.of("in full with a bitmap and no mode", sync("full").done("disk", "copy"))
            .meeting(D51),
        Sequence.of("in steps, never", sync("incremental").mode("never").done("disk", "copy")),
        Sequence.of("in steps, always", sync("incremental").mode("always").done("disk", "copy")),
        Sequence.of("in full, never", sync("full").mode("never").done("disk", "copy")),
        Sequence.of("of the top, never", sync("top").mode("never").done("disk", "copy")),
        Sequence.of(
            "a mode without a bitmap",
            BackupAsks.sync("full").mode("on-success").done("disk", "copy")),
        Sequence.of(
            "what is overwritten, with a bitmap",
            sync("none").mode("on-success").done("disk", "copy")),
        Sequence.of(
            "by a bitmap that is not there",
            BackupAsks.sync("bitmap").by("no").mode("never").done("disk", "copy")),
        Sequence.of(
            "by a bitmap of the disk below",
            addBitmap("base", "below"),
            BackupAsks.sync("bitmap").by("below").mode("never").done("disk", "copy")),
        Sequence.of(
            "by a bitmap that an export shows",
            Asks.exportBitmap("x", "disk", Access.WRITABLE, "b"),
            sync("bitmap").mode("on-success").done("disk", "copy")));
  }
}
