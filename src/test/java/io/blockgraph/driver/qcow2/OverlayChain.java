package io.blockgraph.driver.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.BlockException;
import io.blockgraph.driver.qcow2.CreateOptions.Format;
import io.blockgraph.driver.qcow2.CreateOptions.Links;
import io.blockgraph.strangers.ImageVariant.Made;
import io.blockgraph.strangers.QemuImg;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/// A growing chain of images, only the top one written, beside the flat model of its content.
final class OverlayChain {
  private static final int MOST_LAYERS = 5;
  private static final long LEAST_BYTES = 64 << 10;

  private final Path folder;
  private final Random random;
  private final Made base;
  private final long mostBytes;
  private final boolean mayRefuseResize;
  private final List<Layer> layers = new ArrayList<>();
  private ImageUnderTest top;

  /// A layer and where it is saved.
  private record Layer(Made made, ImageUnderTest image) {}

  OverlayChain(Path folder, Made base, Random random, boolean mayRefuseResize) {
    this.folder = folder;
    this.base = base;
    this.random = random;
    this.mayRefuseResize = mayRefuseResize;
    this.top = ImageUnderTest.of(base, settings());
    this.mostBytes = top.io.sizeBytes() * 2;
    layers.add(new Layer(base, top));
  }

  /// One random operation.
  void step() {
    int choice = random.nextInt(1000);
    if (choice < 2 && layers.size() < MOST_LAYERS) {
      snapshot();
    } else if (choice < 30) {
      resize();
    } else if (choice < 45) {
      top.reopen();
      assertOwnCheckClean();
    } else {
      top.step(random, 0, top.io.sizeBytes());
    }
  }

  /// Puts a new overlay of random format, and often of another size, on top.
  private void snapshot() {
    top.close();
    Path below = layers.getLast().made.image();
    Path path = folder.resolve("overlay-" + layers.size() + ".qcow2");
    long size = random.nextBoolean() ? top.io.sizeBytes() : randomSize();
    Links links =
        new Links(Optional.of(below.toString()), Optional.of("qcow2"), Optional.empty(), false);
    SparseDisk file = new SparseDisk(0);
    Qcow2Creator.create(file, CreateOptions.of(size).with(format()).with(links));
    byte[] model = Arrays.copyOf(top.model, Math.toIntExact(size));
    top = new ImageUnderTest(file, null, top.io, settings());
    top.model = model;
    top.verify("a new overlay");
    layers.add(new Layer(new Made(path, Optional.empty(), Optional.of(below)), top));
  }

  private void resize() {
    long before = top.io.sizeBytes();
    long size = randomSize() + (random.nextInt(4) == 0 ? random.nextInt(512) : 0);
    try {
      top.resize(size);
      assertThat(top.io.sizeBytes()).isBetween(size, size + 511);
    } catch (BlockException e) {
      assertThat(e.kind()).isEqualTo(BlockException.Kind.UNSUPPORTED);
      assertThat(mayRefuseResize && layers.size() == 1).as(e.getMessage()).isTrue();
      assertThat(top.io.sizeBytes()).isEqualTo(before);
    }
  }

  /// Compares all with the model and asks qemu-img about every layer.
  void checkpoint() throws IOException {
    top.verify("at a checkpoint");
    top.reopen();
    assertOwnCheckClean();
    for (Layer layer : layers) {
      layer.image.save(layer.made);
    }
    for (Layer layer : layers) {
      QemuImg.assertClean(layer.made.image());
    }
    Path flat = folder.resolve("model.raw");
    Files.write(flat, top.model);
    QemuImg.assertSameContent(layers.getLast().made.image(), "qcow2", flat, "raw");
    if (layers.size() == 1 && top.image.info().header().features().rawDataFile()) {
      QemuImg.assertSameContent(base.dataFile().orElseThrow(), "raw", flat, "raw");
    }
  }

  private void assertOwnCheckClean() {
    CheckResult result = Qcow2Checker.check(top.file);
    assertThat(result.findings()).isEmpty();
    assertThat(result.isClean()).isTrue();
  }

  private long randomSize() {
    long sectors = (mostBytes - LEAST_BYTES) / 512;
    return LEAST_BYTES + random.nextLong(sectors) * 512;
  }

  private Format format() {
    return switch (random.nextInt(5)) {
      case 0 -> new Format(2, 4096, 16, false, false, Compression.ZLIB);
      case 1 -> new Format(3, 512, 1 << random.nextInt(7), false, false, Compression.ZLIB);
      case 2 -> new Format(3, 16384, 8, true, true, Compression.ZSTD);
      case 3 -> new Format(3, 65536, 64, true, false, Compression.ZLIB);
      default -> Format.DEFAULT;
    };
  }

  private Settings settings() {
    if (random.nextBoolean()) {
      return Settings.DEFAULT;
    }
    return new Settings(
        Settings.OverlapCheck.ALL,
        random.nextBoolean(),
        Set.of(Settings.PassDiscard.values()),
        32 << 10,
        8 << 10);
  }
}
