package io.blockgraph.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Buffers that are lent, and the memory they take.
class ScratchBuffersTest {
  private static final long MIB = 1 << 20;

  @Test
  void lendsAgainWhatWasGivenBack() {
    ScratchBuffers buffers = new ScratchBuffers(4096, 1);
    long first;
    try (ScratchBuffers.Lease lease = buffers.borrow()) {
      first = lease.segment().address();
    }
    try (ScratchBuffers.Lease lease = buffers.borrow()) {
      assertThat(lease.segment().address()).isEqualTo(first);
    }
  }

  @Test
  void freesWhatItDoesNotKeep() {
    ScratchBuffers buffers = new ScratchBuffers(4096, 0);
    ScratchBuffers.Lease lease = buffers.borrow();
    MemorySegment memory = lease.segment();
    lease.close();
    assertThatThrownBy(() -> memory.get(ValueLayout.JAVA_BYTE, 0))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void buffersBeginOnAPageAndMayBeOfAnySize() {
    ScratchBuffers buffers = new ScratchBuffers(MIB + 100, 0);
    try (ScratchBuffers.Lease lease = buffers.borrow()) {
      assertThat(lease.segment().address() % 4096).isZero();
      assertThat(lease.segment().byteSize()).isEqualTo(MIB + 100);
      lease.segment().fill((byte) 1);
    }
  }

  @Test
  void sharesAPoolAmongAllWhoNeedAboutTheSame() {
    assertThat(ScratchBuffers.shared(100 << 10)).isSameAs(ScratchBuffers.shared(128 << 10));
    assertThat(ScratchBuffers.shared(1)).isSameAs(ScratchBuffers.shared(64 << 10));
    try (ScratchBuffers.Lease lease = ScratchBuffers.shared((64 << 10) + 1).borrow()) {
      assertThat(lease.segment().byteSize()).isEqualTo(128 << 10);
    }
  }

  /// 256 MiB were asked for, and the first page of each MiB was used.
  @Test
  void takesNoRoomForWhatIsNotUsed() throws IOException {
    ScratchBuffers buffers = new ScratchBuffers(MIB, 0);
    List<ScratchBuffers.Lease> leases = new ArrayList<>();
    long before = ResidentMemory.ownAnonymousBytes() / MIB;
    for (int i = 0; i < 256; i++) {
      ScratchBuffers.Lease lease = buffers.borrow();
      leases.add(lease);
      lease.first(4096).fill((byte) 1);
    }
    assertThat(ResidentMemory.ownAnonymousBytes() / MIB - before).isLessThan(64);
    leases.forEach(ScratchBuffers.Lease::close);
  }
}
