package io.blockgraph.driver.quorum;

import io.blockgraph.block.BlockException;
import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The different contents that children gave for one range, each with its voters, in the order of
/// the first voter.
final class Versions {
  private final List<Version> versions;

  private Versions(List<Version> versions) {
    this.versions = versions;
  }

  /// One content and who holds it.
  ///
  /// @param bytes the content, in the memory of the first that holds it
  /// @param voters the indices of the children
  record Version(MemorySegment bytes, List<Integer> voters) {
    int votes() {
      return voters.size();
    }
  }

  /// Sorts the copies of those that did not fail. SHA-256, because an author of an image must not
  /// be able to make two contents count as one.
  static Versions of(List<MemorySegment> copies, List<Optional<BlockException>> failures) {
    Map<String, Version> byHash = new LinkedHashMap<>();
    for (int i = 0; i < copies.size(); i++) {
      if (failures.get(i).isEmpty()) {
        MemorySegment copy = copies.get(i);
        byHash
            .computeIfAbsent(hash(copy), _ -> new Version(copy, new ArrayList<>()))
            .voters()
            .add(i);
      }
    }
    return new Versions(List.copyOf(byHash.values()));
  }

  int count() {
    return versions.size();
  }

  /// The first of those with most votes.
  Version mostVotes() {
    Version most = versions.getFirst();
    for (Version version : versions) {
      if (version.votes() > most.votes()) {
        most = version;
      }
    }
    return most;
  }

  /// The children that hold something else.
  List<Integer> losersAgainst(Version winner) {
    return versions.stream()
        .filter(version -> !version.equals(winner))
        .flatMap(version -> version.voters().stream())
        .toList();
  }

  private static String hash(MemorySegment bytes) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(bytes.asByteBuffer());
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
