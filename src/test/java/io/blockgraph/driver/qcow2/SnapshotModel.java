package io.blockgraph.driver.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.InternalSnapshot;
import io.blockgraph.block.InternalSnapshots.Apply;
import io.blockgraph.block.InternalSnapshots.Delete;
import io.blockgraph.block.InternalSnapshots.Take;
import io.blockgraph.strangers.QemuImg;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// An image under test and what each of its snapshots must show.
final class SnapshotModel {
  static final Instant NOON = Instant.ofEpochSecond(1_790_000_000L, 123_456_789);

  final ImageUnderTest image;
  final Map<String, byte[]> kept = new LinkedHashMap<>();
  private int names;

  SnapshotModel(ImageUnderTest image) {
    this.image = image;
    image.io.snapshots().forEach(s -> kept.put(s.id(), shown(image.io.snapshot(s.id()))));
  }

  String take() {
    return take("s" + ++names);
  }

  String take(String name) {
    image.io.change(new Take(name, NOON));
    InternalSnapshot taken = image.io.snapshots().getLast();
    assertThat(taken.name()).isEqualTo(name);
    assertThat(taken.diskBytes()).hasValue(image.io.sizeBytes());
    kept.put(taken.id(), image.model.clone());
    return taken.id();
  }

  void apply(String id) {
    image.io.change(new Apply(id));
    image.model = kept.get(id).clone();
    assertThat(image.io.sizeBytes()).isEqualTo(image.model.length);
  }

  void delete(String id) {
    image.io.change(new Delete(id));
    kept.remove(id);
  }

  /// One change of the snapshots by chance.
  void step(Random random) {
    List<String> ids = List.copyOf(kept.keySet());
    int most = image.image.info().header().geometry().maxRefcount() < 4 ? 1 : 3;
    int what = ids.isEmpty() ? 0 : random.nextInt(ids.size() > most ? 3 : 6);
    String one = ids.isEmpty() ? "" : ids.get(random.nextInt(ids.size()));
    switch (what) {
      case 0 -> applyOrTake(one);
      case 1, 2 -> delete(one);
      default -> take();
    }
  }

  private void applyOrTake(String one) {
    if (kept.isEmpty()) {
      take();
    } else {
      apply(one);
    }
  }

  void verify(String what) {
    image.verify(what);
    List<String> ids = image.io.snapshots().stream().map(InternalSnapshot::id).toList();
    assertThat(ids).as(what).containsExactlyInAnyOrderElementsOf(kept.keySet());
    kept.forEach(
        (id, content) ->
            assertThat(Arrays.mismatch(content, shown(image.io.snapshot(id))))
                .as("first wrong byte of snapshot %s, %s", id, what)
                .isEqualTo(-1));
  }

  /// qemu-img finds nothing wrong, and each snapshot where it is.
  void verifyByQemu(Path saved, Path scratch) throws IOException {
    QemuImg.assertClean(saved);
    for (var entry : kept.entrySet()) {
      Path raw = scratch.resolve("shown.raw");
      QemuImg.convert(saved, "qcow2", raw, "raw", "-l", "snapshot.id=" + entry.getKey());
      byte[] seen = Files.readAllBytes(raw);
      int most = Math.min(seen.length, entry.getValue().length);
      assertThat(Arrays.mismatch(seen, 0, most, entry.getValue(), 0, most))
          .as("snapshot %s in %s", entry.getKey(), saved)
          .isEqualTo(-1);
    }
  }

  static byte[] shown(BlockIo disk) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment into = arena.allocate(Math.max(1, disk.sizeBytes()));
      MemorySegment bytes = into.asSlice(0, disk.sizeBytes());
      disk.read(0, bytes);
      return bytes.toArray(ValueLayout.JAVA_BYTE);
    }
  }
}
