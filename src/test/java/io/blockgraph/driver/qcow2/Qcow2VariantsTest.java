package io.blockgraph.driver.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.strangers.ImageVariant;
import io.blockgraph.strangers.ImageVariant.Made;
import io.blockgraph.strangers.ImageVariants;
import io.blockgraph.strangers.QemuImg;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every variant of the format: what qemu-img wrote is read, what is written is what qemu-img
/// reads.
final class Qcow2VariantsTest {
  private static final long SEED = Long.getLong("seed", 20_261_123L);

  @TempDir Path folder;

  static List<ImageVariant> variants() {
    return ImageVariants.all();
  }

  @ParameterizedTest
  @MethodSource("variants")
  void readsWhatQemuWrote(ImageVariant variant) throws IOException {
    Made made = variant.createFilled(folder);
    Path raw = folder.resolve("flat.raw");
    QemuImg.convert(made.image(), "qcow2", raw, "raw");
    byte[] before = Files.readAllBytes(made.image());
    ImageUnderTest image = ImageUnderTest.of(made, Settings.DEFAULT);
    assertThat(image.model).isEqualTo(Files.readAllBytes(raw));
    image.close();
    image.file.save(made.image());
    assertThat(Files.readAllBytes(made.image())).isEqualTo(before);
  }

  @ParameterizedTest
  @MethodSource("variants")
  void qemuReadsWhatIsWritten(ImageVariant variant) throws IOException {
    Made made = variant.createFilled(folder);
    Random random = new Random(SEED);
    try (ImageUnderTest image = ImageUnderTest.of(made, Settings.DEFAULT)) {
      for (int i = 0; i < 300; i++) {
        image.step(random, 0, image.io.sizeBytes());
        if (i % 100 == 50) {
          image.reopen();
        }
      }
      image.verify("seed " + SEED);
      image.close();
      image.save(made);
      Path raw = folder.resolve("model.raw");
      Files.write(raw, image.model);
      QemuImg.assertClean(made.image());
      QemuImg.assertSameContent(made.image(), "qcow2", raw, "raw");
    }
  }
}
