package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BackingLink;
import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Changes what the header of an open image says of its backing file.
///
/// A header within one sector is written at once. In a longer one the new name is first put where
/// nothing lies yet and made durable; then the first sector is written, which points to it. So a
/// crash leaves the old name or the new one. Only when extensions behind the first sector have to
/// change as well (a format is named for the first time in an image with many extensions) the
/// header is written in one piece, as QEMU always does.
final class BackingName {
  private static final int SECTOR = 512;

  private final ImageState state;

  BackingName(ImageState state) {
    this.state = state;
  }

  /// @throws BlockException INVALID when it does not fit
  void change(BlockIo file, BackingLink link) {
    state.locked(
        () -> {
          Qcow2Header before = state.header();
          Qcow2Header after =
              before.withBacking(Optional.of(name(link)), extensions(before, link.format()));
          write(file, after);
          state.header(after);
          return after;
        });
  }

  /// Names none. The format goes too where one sector holds the whole header; in a longer one it
  /// stays and means nothing without a name.
  void drop(BlockIo file) {
    state.locked(
        () -> {
          Qcow2Header before = state.header();
          List<HeaderExtension> all = before.trailer().extensions();
          List<HeaderExtension> others =
              all.stream().filter(e -> e.type() != HeaderExtension.BACKING_FORMAT).toList();
          boolean oneSector = before.withBacking(Optional.empty(), all).toBytes().length <= SECTOR;
          Qcow2Header after = before.withBacking(Optional.empty(), oneSector ? others : all);
          put(file, 0, Arrays.copyOf(after.toBytes(), SECTOR));
          file.flush();
          state.header(after);
          return after;
        });
  }

  private static String name(BackingLink link) {
    int bytes = link.file().getBytes(StandardCharsets.UTF_8).length;
    if (bytes > Limits.MAX_NAME_BYTES) {
      throw new BlockException(
          BlockException.Kind.INVALID,
          "the name of a backing file has at most "
              + Limits.MAX_NAME_BYTES
              + " bytes; this one has "
              + bytes);
    }
    return link.file();
  }

  /// The format keeps its place, so that the extensions behind it stay where they are.
  private static List<HeaderExtension> extensions(Qcow2Header header, String format) {
    HeaderExtension named =
        new HeaderExtension(
            HeaderExtension.BACKING_FORMAT, 0, format.getBytes(StandardCharsets.UTF_8));
    List<HeaderExtension> extensions = new ArrayList<>(header.trailer().extensions());
    extensions.replaceAll(e -> e.type() == HeaderExtension.BACKING_FORMAT ? named : e);
    if (!extensions.contains(named)) {
      extensions.add(named);
    }
    return extensions;
  }

  private static void write(BlockIo file, Qcow2Header after) {
    byte[] plain = after.toBytes();
    byte[] now = firstCluster(file, after.geometry().clusterSize());
    int apart = alignedUp(Math.max(plain.length, nameEnd(now)));
    boolean fits = apart + (plain.length - after.nameOffset()) <= now.length;
    byte[] moved = fits ? after.toBytes(apart) : plain;
    if (fits && plain.length > SECTOR && sameBetween(now, moved, after.nameOffset())) {
      put(file, apart, Arrays.copyOfRange(moved, apart, moved.length));
      file.flush();
      put(file, 0, Arrays.copyOf(moved, SECTOR));
    } else {
      put(file, 0, plain);
    }
    file.flush();
  }

  private static void put(BlockIo file, long offset, byte[] bytes) {
    try (Arena arena = Arena.ofConfined()) {
      file.write(offset, arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes));
    }
  }

  private static byte[] firstCluster(BlockIo file, int clusterSize) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment cluster = arena.allocate(Math.min(clusterSize, file.sizeBytes()));
      file.read(0, cluster);
      return cluster.toArray(ValueLayout.JAVA_BYTE);
    }
  }

  /// Where the present name ends, as the file says.
  private static int nameEnd(byte[] header) {
    MemorySegment in = MemorySegment.ofArray(header);
    return Math.toIntExact(BigEndian.getLong(in, 8) + BigEndian.getUnsignedInt(in, 16));
  }

  private static boolean sameBetween(byte[] now, byte[] then, int end) {
    return end <= SECTOR || Arrays.equals(now, SECTOR, end, then, SECTOR, end);
  }

  private static int alignedUp(int bytes) {
    return (bytes + SECTOR - 1) & -SECTOR;
  }
}
