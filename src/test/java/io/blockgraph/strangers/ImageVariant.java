package io.blockgraph.strangers;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// One way a qcow2 image can be made: what `qemu-img create` is told, and what is done to the image
/// afterwards.
///
/// @param name says the options, for the name of a test
/// @param sizeBytes the virtual size; not a multiple of the cluster size
/// @param options what `-o` is told, without the names of files
/// @param features what needs files beside the image, or work after its creation
public record ImageVariant(
    String name, long sizeBytes, Map<String, String> options, Set<Feature> features) {

  /// What cannot be said by an option alone.
  public enum Feature {
    /// Guest data in a file of its own.
    DATA_FILE,
    /// A raw backing file shorter than the image, full of 0xbb.
    SMALLER_BACKING,
    /// A qcow2 backing file longer than the image, full of 0xbb.
    LARGER_BACKING,
    /// Some clusters compressed.
    COMPRESSED,
    /// Two internal snapshots, one of another size than the image where the version allows it.
    SNAPSHOTS,
    /// Two persistent bitmaps, one disabled, granularities 4 KiB and 64 KiB.
    BITMAPS
  }

  /// The files of an image that was made.
  ///
  /// @param image the qcow2 file
  /// @param dataFile the external data file, if the variant has one
  /// @param backing the backing file, if the variant has one
  public record Made(Path image, Optional<Path> dataFile, Optional<Path> backing) {}

  static ImageVariant of(String name, Map<String, String> options, Feature... features) {
    long cluster = size(options.getOrDefault("cluster_size", "64k"));
    Set<Feature> set = EnumSet.noneOf(Feature.class);
    set.addAll(Set.of(features));
    return new ImageVariant(name, Math.max(1 << 20, 9 * cluster) + 1536, Map.copyOf(options), set);
  }

  /// The cluster size in bytes.
  public long clusterBytes() {
    return size(options.getOrDefault("cluster_size", "64k"));
  }

  /// Makes the image in `folder`, with nothing written into it but what its features need.
  public Made create(Path folder) {
    Path image = folder.resolve(name + ".qcow2");
    Map<String, String> all = new LinkedHashMap<>(options);
    Optional<Path> data = optional(Feature.DATA_FILE, folder.resolve(name + ".data"));
    data.ifPresent(path -> all.put("data_file", path.toString()));
    Optional<Path> backing = makeBacking(folder, all);
    QemuImg.create(image, sizeBytes, all);
    if (features.contains(Feature.COMPRESSED)) {
      QemuIo.run(image, "qcow2", compressedWrites());
    }
    addSnapshotsAndBitmaps(image);
    return new Made(image, data, backing);
  }

  /// Makes the image and writes data, zeroes and holes into it, so that every kind of table entry
  /// occurs.
  public Made createFilled(Path folder) {
    Made made = create(folder);
    long c = clusterBytes();
    QemuIo.run(
        made.image(),
        "qcow2",
        QemuIo.write(0x11, 0, c),
        QemuIo.write(0x22, 3 * c + 100, c / 2),
        QemuIo.write(0x33, 5 * c - 7, 20),
        QemuIo.zero(0, c),
        QemuIo.zero(6 * c, c),
        QemuIo.discard(5 * c, c),
        QemuIo.write(0x44, sizeBytes - 513, 513));
    return made;
  }

  private Optional<Path> optional(Feature feature, Path path) {
    return features.contains(feature) ? Optional.of(path) : Optional.empty();
  }

  private Optional<Path> makeBacking(Path folder, Map<String, String> all) {
    if (features.contains(Feature.SMALLER_BACKING)) {
      Path raw = folder.resolve(name + ".base.raw");
      return Optional.of(fillBacking(raw, "raw", sizeBytes / 2 + 512, all));
    }
    if (features.contains(Feature.LARGER_BACKING)) {
      Path qcow2 = folder.resolve(name + ".base.qcow2");
      return Optional.of(fillBacking(qcow2, "qcow2", sizeBytes * 2, all));
    }
    return Optional.empty();
  }

  private static Path fillBacking(Path path, String format, long bytes, Map<String, String> all) {
    QemuImg.run("create", "-q", "-f", format, path.toString(), Long.toString(bytes)).ok();
    QemuIo.run(path, format, QemuIo.write(0xbb, 0, bytes));
    all.put("backing_file", path.toString());
    all.put("backing_fmt", format);
    return path;
  }

  private String[] compressedWrites() {
    long c = clusterBytes();
    return new String[] {
      QemuIo.writeCompressed(0x55, c, c),
      QemuIo.writeCompressed(0x66, 2 * c, c),
      QemuIo.writeCompressed(0x77, 7 * c, c)
    };
  }

  private void addSnapshotsAndBitmaps(Path image) {
    if (features.contains(Feature.SNAPSHOTS)) {
      QemuIo.run(image, "qcow2", QemuIo.write(0x88, 0, 2 * clusterBytes()));
      QemuImg.snapshot(image, "-c", "first");
      QemuIo.run(image, "qcow2", QemuIo.write(0x99, clusterBytes(), 2 * clusterBytes()));
      QemuImg.snapshot(image, "-c", "second");
    }
    if (features.contains(Feature.BITMAPS)) {
      QemuImg.bitmap(image, "active", "--add", "-g", "64k");
      QemuIo.run(image, "qcow2", QemuIo.write(0xaa, 0, clusterBytes()));
      QemuImg.bitmap(image, "stopped", "--add", "-g", "4k", "--disable");
    }
  }

  private static long size(String text) {
    String digits = text.replaceAll("[^0-9]", "");
    long unit = text.endsWith("k") ? 1024 : text.endsWith("M") ? 1024 * 1024 : 1;
    return Long.parseLong(digits) * unit;
  }

  @Override
  public String toString() {
    return name;
  }
}
