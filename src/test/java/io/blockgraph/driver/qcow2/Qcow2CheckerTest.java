package io.blockgraph.driver.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.driver.qcow2.CreateOptions.Preallocation;
import io.blockgraph.strangers.ImageVariant;
import io.blockgraph.strangers.QemuImg;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class Qcow2CheckerTest {
  @TempDir Path folder;

  @ParameterizedTest
  @MethodSource("io.blockgraph.strangers.ImageVariants#all")
  void findsEachVariantCleanWithTheFiguresOfQemu(ImageVariant variant) {
    Path image = variant.createFilled(folder).image();
    QemuImg.Check theirs = QemuImg.check(image);

    CheckResult ours = check(image);

    assertThat(ours.findings()).isEmpty();
    assertThat(ours.isClean()).isTrue();
    assertThat(ours.clusters().total()).isEqualTo(theirs.count("total-clusters"));
    assertThat(ours.clusters().allocated()).isEqualTo(theirs.count("allocated-clusters"));
    assertThat(ours.clusters().compressed()).isEqualTo(theirs.count("compressed-clusters"));
    assertThat(ours.clusters().fragmented()).isEqualTo(theirs.count("fragmented-clusters"));
    assertThat(ours.clusters().imageEndOffset()).isEqualTo(theirs.count("image-end-offset"));
  }

  @Test
  void tellsWhereInTheFileAndOnTheDiskAnEntryIsWrong() {
    MemoryDisk disk = preallocated();
    long entry = 4 * 65_536 + 3 * 8;
    poke(disk, entry, L2Entry.COPIED | 8 * 65_536 | 2);

    List<Finding> findings = Qcow2Checker.check(disk).findings();

    assertThat(findings.getFirst().kind()).isEqualTo(Finding.Kind.CORRUPTION);
    assertThat(findings.getFirst().fileOffset()).isEqualTo(entry);
    assertThat(findings.getFirst().guestOffset()).hasValue(3 * 65_536);
    assertThat(findings.getFirst().text()).contains("reserved bits");
  }

  @Test
  void countsWhatItDoesNotList() {
    MemoryDisk disk = preallocated();
    for (int i = 0; i < 16; i++) {
      poke(disk, 4 * 65_536 + i * 8L, 0);
    }

    CheckResult result = Qcow2Checker.check(disk, new CheckLimits(3, 1 << 30, 1 << 20));

    assertThat(result.leaks()).isEqualTo(16);
    assertThat(result.findings()).hasSize(3);
    assertThat(result.report().figures()).containsEntry("totalClusters", 16L);
  }

  @Test
  void saysSoWhenAnImageTakesMoreThanACheckMay() {
    MemoryDisk disk = preallocated();

    for (CheckLimits tight :
        List.of(new CheckLimits(3, 1000, 1 << 20), new CheckLimits(3, 1 << 30, 9))) {
      CheckResult result = Qcow2Checker.check(disk, tight);
      assertThat(result.checkErrors()).isEqualTo(1);
      assertThat(result.findings().getFirst().text()).contains("more than");
    }
  }

  @Test
  void checksASparsePetabyteInNoTime() {
    SparseDisk disk = new SparseDisk(0);
    Qcow2Creator.create(disk, CreateOptions.of(1 << 20));
    disk.resize(1L << 50);

    assertThat(Qcow2Checker.check(disk).isClean()).isTrue();
  }

  private static MemoryDisk preallocated() {
    MemoryDisk disk = new MemoryDisk(new byte[0]);
    Qcow2Creator.create(disk, CreateOptions.of(1 << 20).with(Preallocation.METADATA));
    return disk;
  }

  private static void poke(MemoryDisk disk, long at, long value) {
    MemorySegment word = MemorySegment.ofArray(new byte[8]);
    BigEndian.putLong(word, 0, value);
    disk.write(at, word);
  }

  private static CheckResult check(Path image) {
    try (ChannelDisk file = ChannelDisk.readOnly(image)) {
      return Qcow2Checker.check(file);
    }
  }
}
