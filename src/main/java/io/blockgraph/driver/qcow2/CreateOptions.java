package io.blockgraph.driver.qcow2;

import java.util.Optional;

/// What a new image shall be. Any values; [Qcow2Creator] says which are possible.
///
/// @param sizeBytes the length of the guest's disk; rounded up to whole sectors of 512 bytes
/// @param format how it is stored
/// @param links the names it records; none is followed
/// @param preallocation what is allocated from the beginning
public record CreateOptions(
    long sizeBytes, Format format, Links links, Preallocation preallocation) {

  /// How an image is stored.
  ///
  /// @param version 2 or 3
  /// @param clusterSize bytes of a cluster: a power of two from 512 to 2 MiB
  /// @param refcountBits width of a refcount: 1, 2, 4, ... 64; 16 in version 2
  /// @param extendedL2 whether each cluster has 32 subclusters (clusters of at least 16 KiB)
  /// @param lazyRefcounts whether refcounts may be written late
  /// @param compression how compressed clusters are compressed
  public record Format(
      int version,
      long clusterSize,
      int refcountBits,
      boolean extendedL2,
      boolean lazyRefcounts,
      Compression compression) {
    /// Version 3 with clusters of 64 KiB and refcounts of 16 bits.
    public static final Format DEFAULT = new Format(3, 65_536, 16, false, false, Compression.ZLIB);
  }

  /// The names an image records.
  ///
  /// @param backingFile the name of the backing file
  /// @param backingFormat the name of its format
  /// @param dataFile the name of the external data file
  /// @param dataFileRaw whether the data file is to be a valid raw image at all times
  public record Links(
      Optional<String> backingFile,
      Optional<String> backingFormat,
      Optional<String> dataFile,
      boolean dataFileRaw) {
    /// No names.
    public static final Links NONE =
        new Links(Optional.empty(), Optional.empty(), Optional.empty(), false);
  }

  /// What is allocated from the beginning.
  public enum Preallocation {
    /// Nothing but the tables of an empty disk.
    OFF,
    /// All tables: every cluster has its place in the file.
    METADATA,
    /// All tables, and the file's storage is reserved.
    FALLOC,
    /// All tables, and the file is filled with zeroes.
    FULL
  }

  /// An image of `sizeBytes` with the usual format and without names.
  public static CreateOptions of(long sizeBytes) {
    return new CreateOptions(sizeBytes, Format.DEFAULT, Links.NONE, Preallocation.OFF);
  }

  /// The same with another format.
  public CreateOptions with(Format changed) {
    return new CreateOptions(sizeBytes, changed, links, preallocation);
  }

  /// The same with other names.
  public CreateOptions with(Links changed) {
    return new CreateOptions(sizeBytes, format, changed, preallocation);
  }

  /// The same with another preallocation.
  public CreateOptions with(Preallocation changed) {
    return new CreateOptions(sizeBytes, format, links, changed);
  }
}
