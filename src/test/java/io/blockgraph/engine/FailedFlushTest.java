package io.blockgraph.engine;

import static io.blockgraph.engine.ServedImage.FILE;
import static io.blockgraph.engine.ServedImage.IMAGE;
import static io.blockgraph.engine.ServedImage.MIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.SimulatedHostFiles.Lack;
import io.blockgraph.graph.GraphEdit;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// An image whose storage has failed a flush: it is not taken for sound again, and it can go.
@Timeout(60)
class FailedFlushTest {
  private final ServedImage served = new ServedImage(EngineLimits.DEFAULT);

  /// By now each of these images is known to have lost writes.
  @AfterEach
  void canBeRemoved() {
    assertThat(remove()).isInstanceOf(Result.Done.class);
    served.close();
  }

  private void failAFlush() {
    BlockIo disk = served.disk();
    Content.fill(disk, 0, MIB, 7);
    served.files.without(Lack.DURABILITY);
    assertThatThrownBy(disk::flush).isInstanceOf(BlockException.class);
    served.files.with(Lack.DURABILITY);
  }

  private Result<Committed> remove() {
    return served.graph.commit(
        Change.of(
            "remove",
            List.of(
                new GraphEdit.RemoveUser(ServedImage.CLIENT),
                new GraphEdit.RemoveNode(IMAGE),
                new GraphEdit.RemoveNode(FILE))));
  }

  @Test
  void anImageThatLosesWritesAsItIsRemovedStays() {
    Content.fill(served.disk(), 0, MIB, 7);
    served.files.without(Lack.DURABILITY);
    assertThat(remove()).isInstanceOf(Result.Rejected.class);
    assertThat(served.graph.state().topology().node(IMAGE)).isPresent();
  }

  @Test
  void anImageThatIsKnownToHaveLostWritesIsNotHandedOver() {
    failAFlush();
    Change handOver =
        Change.of(
            "hand over",
            List.of(
                new GraphEdit.SetOptions(IMAGE, served.image.withActive(false).options()),
                new GraphEdit.SetOptions(FILE, served.file.withActive(false).options())));
    assertThat(served.graph.commit(handOver)).isInstanceOf(Result.Rejected.class);
  }
}
