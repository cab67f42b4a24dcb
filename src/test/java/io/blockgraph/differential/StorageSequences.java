package io.blockgraph.differential;

import static io.blockgraph.differential.Asks.backedUp;
import static io.blockgraph.differential.IntendedDifference.D18;
import static io.blockgraph.differential.IntendedDifference.D55;
import static io.blockgraph.differential.IntendedDifference.D56;
import static io.blockgraph.differential.IntendedDifference.D57;
import static io.blockgraph.differential.Sequence.add;
import static io.blockgraph.differential.Sequence.filter;
import static io.blockgraph.differential.Sequence.overlay;
import static io.blockgraph.differential.Sequence.protocol;
import static io.blockgraph.differential.Sequence.qcow2;
import static io.blockgraph.differential.Sequence.qcow2Over;
import static io.blockgraph.differential.Sequence.raw;
import static io.blockgraph.differential.Sequence.read;
import static io.blockgraph.differential.Sequence.reader;
import static io.blockgraph.differential.Sequence.write;
import static io.blockgraph.differential.Sequence.writer;

import io.blockgraph.differential.Command.Write;
import java.util.List;
import java.util.stream.Stream;

/// Drivers that store otherwise than they are asked: encrypted, compressed, with room to grow.
final class StorageSequences {
  private static final Image SECRET = new Image(Template.LUKS, 1);
  private static final Command DISK = qcow2("disk", Template.QCOW2_A);
  private static final int CLUSTER = (int) Sizes.CLUSTER;

  private StorageSequences() {}

  static List<Sequence> all() {
    return Stream.of(encrypted(), closed(), compressed(), roomy()).flatMap(List::stream).toList();
  }

  private static Command luks(String name, String secret, Access access) {
    return add(name, new Blueprint.Luks(new Below.File(SECRET), secret, access));
  }

  private static List<Sequence> encrypted() {
    Command disk = luks("disk", "ka", Access.WRITABLE);
    List<Sequence> opened =
        List.of(
            Sequence.of(
                "write and read an encrypted disk",
                disk,
                writer("e", "disk"),
                write("e", 0, 0xe1),
                new Write("e", 512, 512, 0xe2),
                new Write("e", 70_000, 5_000, 0xe3),
                new Command.Zero("e", 131072, 4096),
                read("e"),
                new Write("e", Sizes.DISK, 512, 1),
                new Command.RemoveExport("e"),
                new Command.DeleteNode("disk"),
                luks("disk", "kc", Access.READ_ONLY),
                reader("e", "disk"),
                read("e")),
            Sequence.of(
                "a snapshot of an encrypted disk",
                disk,
                qcow2("over", Template.QCOW2_EMPTY),
                writer("e", "disk"),
                new Command.Snapshot("disk", "over"),
                write("e", 4096, 0xe1)),
            Sequence.of(
                "an encrypted disk as an overlay",
                disk,
                qcow2("base", Template.QCOW2_A),
                new Command.Snapshot("base", "disk")),
            Sequence.of(
                "back up an encrypted disk",
                disk,
                qcow2("copy", Template.QCOW2_EMPTY),
                backedUp("disk", "copy", "full")),
            Sequence.of(
                "back up into an encrypted disk",
                disk,
                qcow2("from", Template.QCOW2_HALF),
                backedUp("from", "disk", "full")),
            Sequence.of("shorten an encrypted disk", disk, new Command.Resize("disk", Sizes.SHORT))
                .meeting(D57),
            Sequence.of(
                    "make an encrypted disk longer", disk, new Command.Resize("disk", Sizes.LONG))
                .meeting(D57));
    return opened.stream().map(sequence -> sequence.meeting(D55)).toList();
  }

  private static List<Sequence> closed() {
    return List.of(
        Sequence.of("open an encrypted disk by a key of another", luks("d", "kd", Access.WRITABLE)),
        Sequence.of("open an encrypted disk by no key", luks("d", "no", Access.WRITABLE)),
        Sequence.of(
            "open what is not encrypted",
            add(
                "d",
                new Blueprint.Luks(
                    new Below.File(new Image(Template.RAW_A, 1)), "ka", Access.WRITABLE))));
  }

  private static List<Sequence> compressed() {
    Command packed = filter("compress", "packed", "disk");
    return List.of(
        Sequence.of("compress over raw", raw("disk", Template.RAW_A), packed),
        Sequence.of(
            "compress over a throttled disk",
            DISK,
            Sequence.throttle("slow", "disk"),
            filter("compress", "packed", "slow")),
        Sequence.of(
            "write whole clusters compressed",
            qcow2("disk", Template.QCOW2_EMPTY),
            packed,
            writer("e", "packed"),
            new Write("e", CLUSTER, CLUSTER, 0xe1),
            new Write("e", 2L * CLUSTER, 2 * CLUSTER, 0xe2),
            read("e"),
            new Command.Zero("e", CLUSTER, CLUSTER),
            read("e")),
        Sequence.of(
            "write a part of a cluster compressed",
            qcow2("disk", Template.QCOW2_EMPTY),
            packed,
            writer("e", "packed"),
            write("e", CLUSTER + 4096, 0xe1),
            read("e")),
        Sequence.of(
                "write over what has its place, compressed",
                DISK,
                packed,
                writer("e", "packed"),
                new Write("e", CLUSTER, CLUSTER, 0xe1),
                read("e"))
            .meeting(D56),
        Sequence.of(
                "write over what is compressed",
                qcow2("disk", Template.QCOW2_EMPTY),
                packed,
                writer("e", "packed"),
                new Write("e", CLUSTER, CLUSTER, 0xe1),
                new Write("e", CLUSTER, CLUSTER, 0xe2))
            .meeting(D56),
        Sequence.of(
            "compress over an overlay",
            qcow2("base", Template.QCOW2_A),
            overlay("disk", Template.QCOW2_EMPTY, "base"),
            packed,
            writer("e", "packed"),
            new Write("e", CLUSTER, CLUSTER, 0xe1),
            read("e")),
        Sequence.of(
            "back up into a compressing filter",
            DISK,
            qcow2("copy", Template.QCOW2_EMPTY),
            filter("compress", "packed", "copy"),
            backedUp("disk", "packed", "full")),
        Sequence.of(
            "write beside a compressing filter",
            DISK,
            packed,
            writer("e", "disk"),
            writer("p", "packed")));
  }

  private static List<Sequence> roomy() {
    Command room = filter("preallocate", "room", "file");
    return List.of(
        Sequence.of(
                "room below an image",
                protocol("file", Template.QCOW2_EMPTY),
                room,
                qcow2Over("disk", "room"),
                writer("e", "disk"),
                write("e", 0, 0xe1),
                write("e", 131072, 0xe2),
                read("e"))
            .meeting(D18),
        Sequence.of(
            "room below a disk of fixed length",
            protocol("file", Template.RAW_A),
            room,
            writer("e", "room"),
            write("e", 0, 0xe1),
            read("e"),
            new Write("e", Sizes.DISK, 512, 1)),
        Sequence.of(
            "room below a disk that gets longer",
            protocol("file", Template.RAW_A),
            room,
            new Command.Resize("room", Sizes.LONG),
            writer("e", "room"),
            write("e", Sizes.DISK, 0xe1)),
        Sequence.of(
            "write beside room",
            protocol("file", Template.RAW_A),
            room,
            writer("e", "file"),
            writer("p", "room")),
        Sequence.of("room over nothing", filter("preallocate", "room", "nobody")));
  }
}
