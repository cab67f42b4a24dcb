package io.blockgraph.strangers;

import io.blockgraph.strangers.ImageVariant.Feature;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// All qcow2 variants that Blockgraph must read and write, each one creatable by `qemu-img` 7.2.
public final class ImageVariants {
  private static final List<String> CLUSTER_SIZES =
      List.of(
          "512", "1k", "2k", "4k", "8k", "16k", "32k", "64k", "128k", "256k", "512k", "1M", "2M");

  private ImageVariants() {}

  /// Every variant.
  public static List<ImageVariant> all() {
    List<ImageVariant> all = new ArrayList<>();
    all.addAll(clusterSizes());
    all.addAll(refcountWidths());
    all.addAll(extendedL2());
    all.addAll(compressed());
    all.addAll(dataFiles());
    all.addAll(preallocated());
    all.addAll(backed());
    all.addAll(withSnapshotsAndBitmaps());
    all.add(ImageVariant.of("lazy-refcounts", Map.of("lazy_refcounts", "on")));
    return List.copyOf(all);
  }

  /// The variants that no other file is needed for.
  public static List<ImageVariant> standalone() {
    return all().stream()
        .filter(variant -> !variant.features().contains(Feature.DATA_FILE))
        .filter(variant -> !variant.features().contains(Feature.SMALLER_BACKING))
        .filter(variant -> !variant.features().contains(Feature.LARGER_BACKING))
        .toList();
  }

  private static List<ImageVariant> clusterSizes() {
    List<ImageVariant> variants = new ArrayList<>();
    for (String size : CLUSTER_SIZES) {
      variants.add(ImageVariant.of("v3-cluster-" + size, Map.of("cluster_size", size)));
    }
    for (String size : List.of("512", "4k", "64k", "2M")) {
      variants.add(
          ImageVariant.of("v2-cluster-" + size, Map.of("compat", "0.10", "cluster_size", size)));
    }
    return variants;
  }

  private static List<ImageVariant> refcountWidths() {
    List<ImageVariant> variants = new ArrayList<>();
    for (int bits = 1; bits <= 64; bits *= 2) {
      String width = Integer.toString(bits);
      variants.add(ImageVariant.of("refcount-" + bits, Map.of("refcount_bits", width)));
      variants.add(
          ImageVariant.of(
              "refcount-" + bits + "-cluster-512",
              Map.of("refcount_bits", width, "cluster_size", "512")));
    }
    return variants;
  }

  private static List<ImageVariant> extendedL2() {
    return List.of(
        ImageVariant.of("subclusters-16k", Map.of("extended_l2", "on", "cluster_size", "16k")),
        ImageVariant.of("subclusters-128k", Map.of("extended_l2", "on", "cluster_size", "128k")),
        ImageVariant.of("subclusters-2M", Map.of("extended_l2", "on", "cluster_size", "2M")),
        ImageVariant.of(
            "subclusters-compressed",
            Map.of("extended_l2", "on", "cluster_size", "32k"),
            Feature.COMPRESSED),
        ImageVariant.of(
            "subclusters-backing",
            Map.of("extended_l2", "on", "cluster_size", "32k"),
            Feature.LARGER_BACKING),
        ImageVariant.of("subclusters-data-file", Map.of("extended_l2", "on"), Feature.DATA_FILE),
        ImageVariant.of(
            "subclusters-preallocated", Map.of("extended_l2", "on", "preallocation", "metadata")));
  }

  private static List<ImageVariant> compressed() {
    return List.of(
        ImageVariant.of("zlib", Map.of("compression_type", "zlib"), Feature.COMPRESSED),
        ImageVariant.of("zstd", Map.of("compression_type", "zstd"), Feature.COMPRESSED),
        ImageVariant.of(
            "zlib-v2-cluster-4k",
            Map.of("compat", "0.10", "cluster_size", "4k"),
            Feature.COMPRESSED),
        ImageVariant.of(
            "zstd-cluster-2M",
            Map.of("compression_type", "zstd", "cluster_size", "2M"),
            Feature.COMPRESSED));
  }

  private static List<ImageVariant> dataFiles() {
    return List.of(
        ImageVariant.of("data-file", Map.of(), Feature.DATA_FILE),
        ImageVariant.of("data-file-raw", Map.of("data_file_raw", "on"), Feature.DATA_FILE),
        ImageVariant.of("data-file-cluster-4k", Map.of("cluster_size", "4k"), Feature.DATA_FILE));
  }

  private static List<ImageVariant> preallocated() {
    List<ImageVariant> variants = new ArrayList<>();
    for (String mode : List.of("metadata", "falloc", "full")) {
      variants.add(ImageVariant.of("preallocation-" + mode, Map.of("preallocation", mode)));
    }
    return variants;
  }

  private static List<ImageVariant> backed() {
    return List.of(
        ImageVariant.of("smaller-backing", Map.of(), Feature.SMALLER_BACKING),
        ImageVariant.of("larger-backing", Map.of("cluster_size", "4k"), Feature.LARGER_BACKING),
        ImageVariant.of("v2-smaller-backing", Map.of("compat", "0.10"), Feature.SMALLER_BACKING));
  }

  private static List<ImageVariant> withSnapshotsAndBitmaps() {
    return List.of(
        ImageVariant.of("snapshots", Map.of(), Feature.SNAPSHOTS),
        ImageVariant.of(
            "snapshots-v2-cluster-512",
            Map.of("compat", "0.10", "cluster_size", "512"),
            Feature.SNAPSHOTS),
        ImageVariant.of("snapshots-compressed", Map.of(), Feature.SNAPSHOTS, Feature.COMPRESSED),
        ImageVariant.of("snapshots-subclusters", Map.of("extended_l2", "on"), Feature.SNAPSHOTS),
        ImageVariant.of("bitmaps", Map.of(), Feature.BITMAPS),
        ImageVariant.of("bitmaps-cluster-512", Map.of("cluster_size", "512"), Feature.BITMAPS),
        ImageVariant.of(
            "bitmaps-and-snapshots",
            Map.of("refcount_bits", "8"),
            Feature.BITMAPS,
            Feature.SNAPSHOTS));
  }
}
