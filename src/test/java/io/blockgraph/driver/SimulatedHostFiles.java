package io.blockgraph.driver;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.MemoryDisk;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/// Files in memory, of a file system that can be made poor: no holes, no locks, no space, a disk
/// that fails.
public final class SimulatedHostFiles implements HostFiles {
  /// What the file system lacks, or what goes wrong in it.
  public enum Lack {
    /// No holes can be made.
    HOLES,
    /// No range can be zeroed without writing.
    ZERO_RANGE,
    /// There are no byte locks.
    LOCKS,
    /// Nothing more can be written.
    SPACE,
    /// Nothing more becomes durable.
    DURABILITY,
    /// Nothing can be read.
    READING
  }

  private final Map<String, MemoryDisk> files = new ConcurrentHashMap<>();
  private final Set<Lack> lacks = ConcurrentHashMap.newKeySet();
  private volatile Runnable beforeEachChange = () -> {};
  private volatile Runnable afterEachLook = () -> {};

  /// From now on this is missing.
  public SimulatedHostFiles without(Lack lack) {
    lacks.add(lack);
    return this;
  }

  /// From now on it is there.
  public void with(Lack lack) {
    lacks.remove(lack);
  }

  /// Runs `step` before each write, change of length, hole and sync.
  public void beforeEachChange(Runnable step) {
    beforeEachChange = step;
  }

  void changing() {
    beforeEachChange.run();
  }

  /// Runs `step` after each look at the length of a file, before that is answered.
  public void afterEachLook(Runnable step) {
    afterEachLook = step;
  }

  void looked() {
    afterEachLook.run();
  }

  /// The files as a process finds them that is started after this one was killed.
  public SimulatedHostFiles afterKill() {
    return copied(disk -> disk.content(0, (int) disk.sizeBytes()));
  }

  /// The files as they are after a power cut: nothing is there that was not synced.
  public SimulatedHostFiles afterPowerCut() {
    return copied(disk -> disk.durableContent(0, (int) disk.sizeBytes()));
  }

  private SimulatedHostFiles copied(Function<MemoryDisk, byte[]> content) {
    SimulatedHostFiles copy = new SimulatedHostFiles();
    files.forEach(
        (path, disk) -> {
          byte[] bytes = content.apply(disk);
          MemoryDisk same = new MemoryDisk(bytes.length);
          Content.write(same, 0, bytes);
          same.flush();
          copy.files.put(path, same);
        });
    return copy;
  }

  boolean lacks(Lack lack) {
    return lacks.contains(lack);
  }

  /// The content of a file.
  public MemoryDisk content(String path) {
    MemoryDisk content = files.get(path);
    if (content == null) {
      throw new BlockException(Kind.NOT_FOUND, "'" + path + "' is not there");
    }
    return content;
  }

  @Override
  public HostFile open(String path, Mode mode) {
    return new SimulatedHostFile(this, path, content(path), mode);
  }

  @Override
  public HostFile create(String path) {
    if (files.putIfAbsent(path, new MemoryDisk(0)) != null) {
      throw new BlockException(Kind.EXISTS, "'" + path + "' is there already");
    }
    return open(path, Mode.READ_WRITE);
  }

  @Override
  public void requireAbsent(String path) {
    if (files.containsKey(path)) {
      throw new BlockException(Kind.EXISTS, "'" + path + "' is there already");
    }
  }

  @Override
  public void delete(String path) {
    files.remove(path);
  }

  @Override
  public String canonical(String path) {
    return path.startsWith("/") ? path : "/" + path;
  }
}
