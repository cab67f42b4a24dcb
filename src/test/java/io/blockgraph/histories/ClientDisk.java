package io.blockgraph.histories;

/// A disk as a client has it. One thread at a time for each disk, unless it says otherwise.
public interface ClientDisk {
  /// How many bytes it has now.
  int size();

  /// Reads a range.
  byte[] read(int offset, int length);

  /// Writes bytes.
  void write(int offset, byte[] bytes);

  /// Makes a range zeroes.
  void zero(int offset, int length, boolean keepAllocated);

  /// Gives a range up: it reads as before or as zeroes.
  void discard(int offset, int length);

  /// Makes everything durable.
  void flush();
}
