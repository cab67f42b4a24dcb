package io.blockgraph.driver;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/// What only some may know, by names that everybody may: keys of encrypted disks. Any thread.
///
/// What is put here is kept in memory alone and is gone with the service. Files, which the operator
/// names, are read whenever they are needed. Nothing ever comes out but to drivers.
public final class Secrets {
  /// The setting that gives names to files.
  public static final String SETTING = "blockgraph.secrets";

  /// A secret is no longer.
  public static final int MOST_BYTES = 64 << 10;

  /// So many can be put here.
  private static final int MOST_KEPT = 1000;

  private final Map<String, Path> files;
  private final Map<String, byte[]> kept = new ConcurrentHashMap<>();

  /// Secrets in files, by name, and none in memory yet.
  public Secrets(Map<String, Path> files) {
    this.files = Map.copyOf(files);
  }

  /// What came of putting a secret.
  public enum Put {
    DONE,
    /// The name is taken; a secret is never changed under its name.
    TAKEN,
    /// There are too many.
    FULL
  }

  /// Keeps a secret under a name.
  public synchronized Put put(String id, byte[] secret) {
    if (files.containsKey(id) || kept.containsKey(id)) {
      return Put.TAKEN;
    }
    if (kept.size() >= MOST_KEPT) {
      return Put.FULL;
    }
    kept.put(id, secret.clone());
    return Put.DONE;
  }

  /// Forgets a secret that was put; false when there is none of that name. Disks that are open stay
  /// open.
  public boolean remove(String id) {
    return kept.remove(id) != null;
  }

  /// Whether it is in a file of the operator's.
  public boolean isFile(String id) {
    return files.containsKey(id);
  }

  /// The names.
  public List<String> ids() {
    TreeSet<String> ids = new TreeSet<>(files.keySet());
    ids.addAll(kept.keySet());
    return List.copyOf(ids);
  }

  /// The secret of that name; a line feed at the end of a file is part of it.
  ///
  /// @throws BlockException INVALID for a name that is not known, IO for a file that cannot be read
  public byte[] reveal(String id) {
    byte[] secret = kept.get(id);
    if (secret != null) {
      return secret.clone();
    }
    Path file = files.get(id);
    if (file == null) {
      throw new BlockException(
          Kind.INVALID, "there is no secret '" + id + "'; POST /api/v1/secrets makes one");
    }
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new BlockException(Kind.IO, "the file of the secret '" + id + "' is too long");
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new BlockException(Kind.IO, "the file of the secret '" + id + "' cannot be read", e);
    }
  }

  /// The names, never more.
  @Override
  public String toString() {
    return "secrets " + ids();
  }
}
