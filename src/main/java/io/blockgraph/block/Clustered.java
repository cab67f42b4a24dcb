package io.blockgraph.block;

/// A disk whose storage is allocated and freed in clusters: a discard of less than one frees
/// nothing.
public interface Clustered {
  /// How large a cluster is, a power of two. Out of memory: waits for nobody.
  long clusterBytes();

  /// The same of any disk; 1 of one without clusters.
  static long clusterBytes(BlockIo disk) {
    return disk instanceof Clustered clustered ? clustered.clusterBytes() : 1;
  }
}
