package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/// Writes blocks to a disk, each followed by a flush, until the service is gone; afterwards every
/// acknowledged block must be there.
final class FlushedWrites implements Runnable {
  static final int BLOCK = 4096;
  static final int BLOCKS = 64;

  /// Writes a block of one value and flushes; whether that was acknowledged.
  interface Writer {
    boolean write(long offset, int value);
  }

  private final Random random;
  private final int[] acknowledged = new int[BLOCKS];
  private Writer writer;
  private int block;
  private int value;
  private boolean underWay;
  private int count;

  /// Writes over HTTP.
  ///
  /// @param stride how many blocks lie from the begin of one to that of the next
  static Writer through(Service service, String node, int stride) {
    return (offset, value) -> {
      byte[] block = new byte[BLOCK];
      Arrays.fill(block, (byte) value);
      return service
              .send(
                  service
                      .request(
                          "/nodes/%s/data?flush=true&offset=%d".formatted(node, offset * stride))
                      .header("Content-Type", "application/octet-stream")
                      .PUT(HttpRequest.BodyPublishers.ofByteArray(block)))
              .status()
          == 200;
    };
  }

  FlushedWrites(Random random, Writer writer) {
    this.random = random;
    this.writer = writer;
  }

  /// Goes on with another writer, on the disk as it is.
  void resume(Writer next, byte[] content) {
    writer = next;
    underWay = false;
    for (int i = 0; i < BLOCKS; i++) {
      acknowledged[i] = content[i * BLOCK] & 0xff;
    }
  }

  int count() {
    return count;
  }

  @Override
  public void run() {
    try {
      boolean written = true;
      while (written) {
        block = random.nextInt(BLOCKS);
        value = 1 + random.nextInt(255);
        underWay = true;
        written = writer.write((long) block * BLOCK, value);
        if (written) {
          acknowledged[block] = value;
          underWay = false;
          count++;
        }
      }
    } catch (UncheckedIOException e) {
      // The service was killed, which ends every writer.
    }
  }

  /// Expects `content` to hold what was acknowledged; where a write was under way, sectors may be
  /// old or new.
  void areIn(byte[] content) {
    for (int i = 0; i < BLOCKS; i++) {
      byte[] found = Arrays.copyOfRange(content, i * BLOCK, (i + 1) * BLOCK);
      if (underWay && i == block) {
        assertThat(List.of((byte) acknowledged[i], (byte) value)).containsAll(values(found));
      } else {
        assertThat(found).describedAs("block " + i).containsOnly((byte) acknowledged[i]);
      }
    }
  }

  private static Set<Byte> values(byte[] bytes) {
    Set<Byte> values = new HashSet<>();
    for (byte b : bytes) {
      values.add(b);
    }
    return values;
  }
}
