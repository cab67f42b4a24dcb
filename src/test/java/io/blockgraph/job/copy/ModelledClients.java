package io.blockgraph.job.copy;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.ByteRange;
import java.util.ArrayList;
import java.util.List;

/// Clients that write to one disk of a world, each to a part of its own, while jobs work on it.
public final class ModelledClients {
  private static final long PAUSE_MICROS = 200;

  private final List<ModelledClient> clients = new ArrayList<>();

  private ModelledClients() {}

  /// Begins with `count` clients of `disk`, who come in as writers `w0`, `w1`, ...
  public static ModelledClients on(ChainWorld world, String disk, int count, long seed) {
    ModelledClients begun = new ModelledClients();
    byte[] content = ChainWorld.content(world.reader("r", disk));
    long part = ChainWorld.SIZE / count;
    for (int i = 0; i < count; i++) {
      ByteRange own = new ByteRange(i * part, part);
      begun.clients.add(
          new ModelledClient(world.writer("w" + i, disk), own, content, seed * 31 + i)
              .resting(PAUSE_MICROS)
              .start());
    }
    return begun;
  }

  /// Ends them; answers what the whole disk has to hold.
  public byte[] stop() throws InterruptedException {
    byte[] whole = new byte[(int) ChainWorld.SIZE];
    int at = 0;
    for (ModelledClient client : clients) {
      byte[] part = client.stop();
      assertThat(client.operations()).isPositive();
      System.arraycopy(part, 0, whole, at, part.length);
      at += part.length;
    }
    return whole;
  }
}
