package io.blockgraph.os;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;

/// How functions of the C library are bound, and the memory a call needs beside its arguments.
///
/// Every bound function takes, before its own arguments, the segment that receives `errno`. A call
/// made here returns the result of the function, or `-errno` when it failed, as the kernel itself
/// does.
@SuppressWarnings("restricted") // calling the C library is what this class is for
final class Foreign {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout CAPTURE = Linker.Option.captureStateLayout();
  private static final long ERRNO_AT = CAPTURE.byteOffset(PathElement.groupElement("errno"));
  private static final ThreadLocal<Frame> FRAMES = ThreadLocal.withInitial(Frame::new);

  private Foreign() {}

  /// Binds a function with a fixed number of arguments.
  static MethodHandle bind(String symbol, FunctionDescriptor type) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(symbol), type, Linker.Option.captureCallState("errno"));
  }

  /// Binds a function whose arguments from number `firstVariadic` (counted from 0) on are variadic.
  static MethodHandle bindVariadic(String symbol, int firstVariadic, FunctionDescriptor type) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(symbol),
        type,
        Linker.Option.captureCallState("errno"),
        Linker.Option.firstVariadicArg(firstVariadic));
  }

  /// What a bound function threw: the caller's mistake (a closed or foreign segment) as it is,
  /// anything else is our bug.
  static RuntimeException thrown(Throwable thrown) {
    if (thrown instanceof RuntimeException mistake) {
      return mistake;
    }
    if (thrown instanceof Error error) {
      throw error;
    }
    return new IllegalStateException("a foreign call threw", thrown);
  }

  /// The frame of the current thread. Never hand it to another thread.
  static Frame frame() {
    return FRAMES.get();
  }

  /// Native memory that one thread reuses for all its calls: allocation per call would cost as much
  /// as a small call itself.
  static final class Frame {
    private static final long PARAMETERS_BYTES = 512;

    final MemorySegment capture;

    /// Room for one small parameter block (an iovec, a flock, two offsets, a statx); content is
    /// left over from earlier calls.
    final MemorySegment parameters;

    private Frame() {
      Arena arena = Arena.ofAuto();
      capture = arena.allocate(CAPTURE);
      parameters = arena.allocate(PARAMETERS_BYTES, Long.BYTES);
    }

    /// `result`, or `-errno` when it says that the call failed.
    long resultOrErrno(long result) {
      return result >= 0 ? result : -capture.get(JAVA_INT, ERRNO_AT);
    }
  }
}
