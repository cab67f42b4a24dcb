package io.blockgraph.block;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// Native memory that takes room only where it was written: pages of the system (mmap(2)), zeroes
/// at first. [Arena#allocate] writes zeroes all over, and a buffer of which a client ever needs a
/// tenth would be resident as a whole. Any thread.
final class PageMemory {
  private static final int PROT_READ_WRITE = 1 | 2;
  private static final int MAP_PRIVATE_ANONYMOUS = 2 | 0x20;
  private static final long MAP_FAILED = -1;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final MethodHandle MMAP =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("mmap"),
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG));
  private static final MethodHandle MUNMAP =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("munmap"),
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));

  private PageMemory() {}

  /// `bytes` of memory, aligned to a page, that goes when `arena` is closed.
  ///
  /// @throws OutOfMemoryError when the system has none
  static MemorySegment allocate(Arena arena, long bytes) {
    long address;
    try {
      address = (long) MMAP.invokeExact(0L, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L);
    } catch (Throwable e) {
      throw thrown(e);
    }
    if (address == MAP_FAILED) {
      throw new OutOfMemoryError("the system has no " + bytes + " bytes outside the heap");
    }
    return MemorySegment.ofAddress(address).reinterpret(bytes, arena, PageMemory::unmap);
  }

  private static void unmap(MemorySegment memory) {
    try {
      int result = (int) MUNMAP.invokeExact(memory.address(), memory.byteSize());
      assert result == 0 : memory;
    } catch (Throwable e) {
      throw thrown(e);
    }
  }

  private static RuntimeException thrown(Throwable e) {
    return switch (e) {
      case RuntimeException mistake -> mistake;
      case Error error -> throw error;
      default -> new IllegalStateException("a foreign call threw", e);
    };
  }
}
