package io.blockgraph.driver.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.strangers.ImageVariant;
import io.blockgraph.strangers.QemuImg;
import java.nio.file.Path;
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

  private static CheckResult check(Path image) {
    try (ChannelDisk file = ChannelDisk.readOnly(image)) {
      return Qcow2Checker.check(file);
    }
  }
}
