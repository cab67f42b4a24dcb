package io.blockgraph.driver.qcow2;

import io.blockgraph.strangers.QemuImg;
import io.blockgraph.strangers.QemuIo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Small good images with every kind of structure, made by qemu-img, for mutators to damage.
final class MutantBases {
  private static final long SIZE = 300 * 1024;

  private MutantBases() {}

  /// A good image.
  ///
  /// @param name its options
  /// @param bytes the file
  /// @param map where its structures lie
  /// @param dataFile the name of its external data file
  record Base(String name, byte[] bytes, ImageMap map, Optional<String> dataFile) {
    /// Whether `mutant` still names the data file that is there. Another name says nothing of the
    /// image: qemu-img does not find the file, we never look for it.
    boolean names(byte[] mutant) {
      return dataFile
          .map(file -> new String(mutant, StandardCharsets.ISO_8859_1).contains(file))
          .orElse(true);
    }
  }

  /// Makes all of them in `folder`.
  static List<Base> make(Path folder) {
    List<Base> bases = new ArrayList<>();
    bases.add(base(folder, "plain", Map.of("cluster_size", "1k"), false, false));
    bases.add(base(folder, "tiny", Map.of("cluster_size", "512"), true, true));
    bases.add(base(folder, "v2", Map.of("compat", "0.10", "cluster_size", "512"), true, false));
    bases.add(base(folder, "extended", extended("zlib"), true, true));
    bases.add(base(folder, "zstd", extended("zstd"), false, false));
    for (int bits : new int[] {1, 4, 64}) {
      Map<String, String> options =
          Map.of("cluster_size", "512", "refcount_bits", Integer.toString(bits));
      bases.add(base(folder, "refcount" + bits, options, bits > 1, true));
    }
    bases.add(
        base(folder, "lazy", Map.of("cluster_size", "4k", "lazy_refcounts", "on"), true, true));
    String data = folder.resolve("base.data").toString();
    bases.add(base(folder, "data", Map.of("cluster_size", "4k", "data_file", data), false, true));
    return bases;
  }

  private static Map<String, String> extended(String compression) {
    return Map.of("cluster_size", "16k", "extended_l2", "on", "compression_type", compression);
  }

  private static Base base(
      Path folder, String name, Map<String, String> options, boolean snapshots, boolean bitmaps) {
    Path image = folder.resolve("base-" + name + ".qcow2");
    QemuImg.create(image, SIZE, options);
    long cluster = QemuImg.info(image, "qcow2").get("cluster-size").asLong();
    QemuIo.run(image, "qcow2", QemuIo.write(1, 0, 3 * cluster));
    if (!options.containsKey("data_file")) {
      QemuIo.run(
          image,
          "qcow2",
          QemuIo.writeCompressed(2, 4 * cluster, cluster),
          QemuIo.writeCompressed(3, 5 * cluster, cluster));
    }
    QemuIo.run(
        image,
        "qcow2",
        QemuIo.zero(cluster, cluster),
        "write -z 0 512",
        QemuIo.write(4, SIZE - 2000, 1000));
    if (snapshots) {
      QemuImg.snapshot(image, "-c", "one");
      QemuIo.run(image, "qcow2", QemuIo.write(5, 0, cluster));
      QemuImg.snapshot(image, "-c", "two");
    }
    if (bitmaps) {
      QemuImg.bitmap(image, "bits", "--add", "-g", "512");
      QemuIo.run(image, "qcow2", QemuIo.write(6, 2 * cluster, cluster));
      QemuImg.bitmap(image, "more", "--add", "-g", "64k");
    }
    QemuImg.assertClean(image);
    byte[] bytes = read(image);
    return new Base(
        name,
        bytes,
        ImageMap.of(new MemoryDisk(bytes)),
        Optional.ofNullable(options.get("data_file")));
  }

  private static byte[] read(Path image) {
    try {
      return Files.readAllBytes(image);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
