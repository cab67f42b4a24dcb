package io.blockgraph.driver.qcow2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.block.BlockException;
import io.blockgraph.driver.qcow2.MutantBases.Base;
import io.blockgraph.strangers.QemuImg;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class Qcow2RepairTest {
  @TempDir Path folder;

  @Test
  void givesBackLeakedClustersOfEveryKindOfImage() throws IOException {
    for (Base base : MutantBases.make(folder)) {
      MemoryDisk disk = new MemoryDisk(leaky(base));
      Path image = folder.resolve("repaired.qcow2");

      assertThat(Qcow2Repair.leaks(disk)).as(base.name()).isPositive();

      Files.write(image, disk.content());
      QemuImg.assertClean(image);
      assertThat(Qcow2Repair.leaks(disk)).isZero();
    }
  }

  @Test
  void touchesNoImageThatIsCorrupt() throws IOException {
    Base base = MutantBases.make(folder).getFirst();
    byte[] image = leaky(base);
    long l1 = Qcow2Header.read(new MemoryDisk(image)).tables().l1Offset();
    BigEndian.putLong(MemorySegment.ofArray(image), l1, 5);
    MemoryDisk disk = new MemoryDisk(image);

    assertThatThrownBy(() -> Qcow2Repair.leaks(disk))
        .isInstanceOf(BlockException.class)
        .hasMessageContaining("only leaks can be repaired");
    assertThat(disk.content()).isEqualTo(image);
  }

  /// The image after its snapshots are lost or, when it has none, its first L1 entry.
  private static byte[] leaky(Base base) {
    byte[] image = base.bytes().clone();
    MemorySegment out = MemorySegment.ofArray(image);
    Tables tables = Qcow2Header.read(new MemoryDisk(image)).tables();
    if (tables.snapshots() > 0) {
      BigEndian.putInt(out, 60, 0);
      BigEndian.putLong(out, 64, 0);
    } else {
      BigEndian.putLong(out, tables.l1Offset(), 0);
    }
    assertThat(Qcow2Checker.check(new MemoryDisk(image)).leaks()).as(base.name()).isPositive();
    return image;
  }
}
