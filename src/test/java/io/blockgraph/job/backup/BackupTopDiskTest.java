package io.blockgraph.job.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.MemoryDisk;
import io.blockgraph.block.Zeroable;
import io.blockgraph.driver.CopyBeforeWrite;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class BackupTopDiskTest {
  private static final long SIZE = 1 << 20;

  private final MemoryDisk source = new MemoryDisk(SIZE);
  private final BackupTopDisk disk =
      new BackupTopDisk(
          new CopyBeforeWrite.Ends(source, new MemoryDisk(SIZE)),
          new CopyBeforeWrite(
              SIZE,
              new CopyBeforeWrite.Terms(
                  64 << 10,
                  CopyBeforeWrite.Part.ALL,
                  CopyBeforeWrite.OnError.BREAK_GUEST_WRITE,
                  0,
                  Zeroable.Mode.OPAQUE,
                  CopyBeforeWrite.Readers.NONE),
              _ -> {}));

  @Test
  void theSourceKeepsItsLengthWhileAJobCopiesIt() {
    for (ThrowingCallable change :
        List.<ThrowingCallable>of(
            () -> disk.resize(2 * SIZE),
            () -> disk.makeRoom(2 * SIZE),
            () -> disk.lengthFor(2 * SIZE),
            () -> disk.resize(SIZE / 2))) {
      assertThatThrownBy(change)
          .isInstanceOfSatisfying(
              BlockException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNSUPPORTED));
    }
    assertThat(source.sizeBytes()).isEqualTo(SIZE);
  }
}
