package io.blockgraph.export.nbd;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.Zeroable;
import io.blockgraph.nbd.ProtocolBroken;
import io.blockgraph.nbd.Wire;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ByteChannel;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// The transmission phase of one connection: takes requests as they come, serves each inline, gathers the replies.
///
///     receive ──> [ request | request + payload | requ.. ] ──> judge ──> disk
///                                                                          │
///     send    <── [ reply   | reply + data      |        ] <───────────────┘
///
/// All requests that one receive brought are served before the replies are sent together; a reply never waits for a
/// request that has not arrived, nor for a flush that comes after it. One request is under way at a time, in the order
/// they came, but for reads that wait for a disk: those are taken aside by [SideReads]. So what a client can occupy is
/// its two buffers, plus a share of [LargePayloads] and of the readers.
final class Transmission {
  private final Session session;
  private final ServedDisk disk;
  private final RequestRules rules;
  private final Resources resources;
  private final Replies replies;
  private final Receiver receiver;
  private final Reads reads;
  private final StatusReplies statuses;
  private final SideReads sideReads;

  /// Whether anybody here has not closed the connection yet.
  private final BooleanSupplier wanted;

  private final int requestBytes;

  /// What a transmission needs beside its client.
  ///
  /// @param troubles is told of trouble with the disk, by any thread
  record Resources(Transfers shared, ClientCounters counters, Consumer<BlockException> troubles) {
    private NbdLimits.Transfer limits() {
      return shared.limits();
    }
  }

  private Transmission(
      Session session,
      Resources resources,
      Replies replies,
      Receiver receiver,
      SideReads sideReads,
      BooleanSupplier wanted) {
    this.session = session;
    this.disk = session.disk();
    this.rules = new RequestRules(session, resources.limits());
    this.resources = resources;
    this.replies = replies;
    this.receiver = receiver;
    this.reads = new Reads(session, resources.limits().bufferBytes(), replies);
    this.statuses = new StatusReplies(session, resources.limits().extents(), replies);
    this.sideReads = sideReads;
    this.wanted = wanted;
    this.requestBytes = session.framing().requestBytes();
  }

  /// Serves a client until it says goodbye.
  ///
  /// @throws IOException when the connection ended in any other way
  static void serve(Session session, ByteChannel channel, Resources resources) throws IOException {
    Outlet outlet = new Outlet(channel);
    SideReads sideReads = new SideReads(session, resources, outlet, channel);
    try (Replies replies = new Replies(outlet, resources.shared.buffers().borrow());
        Receiver receiver = new Receiver(channel, replies, resources.shared.buffers().borrow())) {
      new Transmission(session, resources, replies, receiver, sideReads, channel::isOpen).serve();
    } finally {
      sideReads.awaitNone();
    }
  }

  private void serve() throws IOException {
    long now = 0;
    while (true) {
      boolean waits = !receiver.holds(requestBytes);
      Request request = Request.parse(session.framing(), receiver.await(requestBytes));
      receiver.consume(requestBytes);
      if (request.command() == Command.DISC) {
        sideReads.awaitNone();
        replies.send();
        return;
      }
      // A request that came along with the one before begins where that ended: one look at the
      // clock.
      long begun = waits ? System.nanoTime() : now;
      boolean done = true;
      int sends = replies.sends();
      if (request.command() == Command.WRITE) {
        serveWrite(request);
      } else {
        done = serveOther(withoutPayload(request), begun);
      }
      now = System.nanoTime();
      if (done) {
        resources.counters.took(request.command(), now - begun);
        if (request.command() == Command.READ && sends == replies.sends()) {
          sideReads.sawRead(now - begun);
        }
      }
    }
  }

  /// Whether the request has its reply; a READ may get it from another thread.
  private boolean serveOther(Request request, long begun) throws IOException {
    NbdError error = judged(request);
    if (error == NbdError.NONE) {
      boolean more = receiver.holds(requestBytes);
      if (request.command() == Command.READ && sideReads.take(request, more, begun)) {
        return false;
      }
      try {
        perform(request);
        resources.counters.served(request);
        return true;
      } catch (BlockException e) {
        error = troubled(request, e);
      }
    }
    replies.refuse(session, request, error);
    return true;
  }

  private void perform(Request request) throws IOException {
    switch (request.command()) {
      case READ -> reads.serve(request);
      case BLOCK_STATUS -> statuses.serve(request);
      case FLUSH -> {
        replies.send();
        disk.flush();
        replies.done(session, request);
      }
      case TRIM -> {
        sendBeforeLongWork(request);
        disk.discard(request.range(), wanted);
        written(request);
      }
      case WRITE_ZEROES -> {
        sendBeforeLongWork(request);
        disk.zero(request.range(), zeroMode(request), wanted);
        written(request);
      }
      case WRITE, CACHE, DISC, UNKNOWN ->
          throw new IllegalStateException("not served here: " + request);
    }
  }

  /// KEEP_ALLOCATED has no fast form, so a request with both flags is refused as not fast: always
  /// allowed.
  private static Zeroable.Mode zeroMode(Request request) {
    if (!request.has(Wire.FAST_ZERO)) {
      return request.has(Wire.NO_HOLE) ? Zeroable.Mode.KEEP_ALLOCATED : Zeroable.Mode.MAY_UNMAP;
    }
    if (request.has(Wire.NO_HOLE)) {
      throw new BlockException(
          BlockException.Kind.UNSUPPORTED, "no disk promises zeroes both stored and fast");
    }
    return Zeroable.Mode.FAST_ONLY;
  }

  /// The payload is taken off the wire whatever becomes of the request, else the two sides lose
  /// each other.
  private void serveWrite(Request request) throws IOException {
    requirePayload(request);
    NbdError error = judged(request);
    if (error != NbdError.NONE) {
      receiver.drain(request.length());
    } else if (request.length() <= resources.limits().bufferBytes()) {
      int length = (int) request.length();
      MemorySegment payload = receiver.await(length);
      error = attempt(request, () -> disk.write(request.offset(), payload));
      receiver.consume(length);
    } else if (resources.shared.largePayloads().reserve(request.length())) {
      error = writeLarge(request);
    } else {
      error = writeInPieces(request);
    }
    finishWrite(request, error);
  }

  /// @throws ProtocolBroken when the payload is longer than we take off the wire, or when an
  ///   extended WRITE does not say that there is one: what follows may be data or requests
  private void requirePayload(Request request) throws ProtocolBroken {
    boolean extended = session.extended();
    NbdLimits.Transfer limits = resources.limits();
    long most = extended ? limits.payloadBytes() : limits.consumedBytes();
    if (request.length() < 0 || request.length() > most) {
      throw new ProtocolBroken(request.command() + " with too long a payload");
    }
    if (extended && !request.has(Wire.PAYLOAD_LENGTH)) {
      throw new ProtocolBroken(request.command() + " without a payload");
    }
  }

  /// Takes the payload of a request that is no WRITE off the wire. Only BLOCK_STATUS has a use for
  /// one; the rules refuse all others.
  private Request withoutPayload(Request request) throws IOException {
    if (!session.extended() || !request.has(Wire.PAYLOAD_LENGTH)) {
      return request;
    }
    requirePayload(request);
    boolean filter = request.command() == Command.BLOCK_STATUS && session.filtersStatus();
    if (!filter || request.length() != StatusReplies.FILTER_BYTES) {
      receiver.drain(request.length());
      return request.about(0);
    }
    long effectBytes = StatusReplies.effectBytes(receiver.await(StatusReplies.FILTER_BYTES));
    receiver.consume(StatusReplies.FILTER_BYTES);
    return request.about(effectBytes);
  }

  private void finishWrite(Request request, NbdError written) throws IOException {
    NbdError error = written;
    if (error == NbdError.NONE && request.has(Wire.FUA)) {
      replies.send();
      error = attempt(request, disk::flush);
    }
    if (error == NbdError.NONE) {
      replies.done(session, request);
      resources.counters.served(request);
    } else {
      replies.refuse(session, request, error);
    }
  }

  private NbdError judged(Request request) {
    try {
      NbdError error = rules.judge(request);
      if (error != NbdError.NONE) {
        resources.counters.failed(request.command(), Replies.described(request, error));
      }
      return error;
    } catch (BlockException e) {
      return troubled(request, e);
    }
  }

  /// Nothing is written before all of the payload is here: a client that dies half-way leaves no
  /// trace.
  private NbdError writeLarge(Request request) throws IOException {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment payload = arena.allocate(request.length(), 4096);
      receiver.receive(payload);
      return attempt(request, () -> disk.write(request.offset(), payload));
    } finally {
      resources.shared.largePayloads().release(request.length());
    }
  }

  private NbdError writeInPieces(Request request) throws IOException {
    NbdError error = NbdError.NONE;
    long done = 0;
    while (done < request.length() && error == NbdError.NONE) {
      int piece = (int) Math.min(resources.limits().bufferBytes(), request.length() - done);
      MemorySegment payload = receiver.await(piece);
      long at = request.offset() + done;
      error = attempt(request, () -> disk.write(at, payload));
      receiver.consume(piece);
      done += piece;
    }
    receiver.drain(request.length() - done);
    return error;
  }

  private NbdError attempt(Request request, Runnable work) {
    try {
      work.run();
      return NbdError.NONE;
    } catch (BlockException e) {
      return troubled(request, e);
    }
  }

  private void sendBeforeLongWork(Request request) throws IOException {
    if (request.length() > resources.limits().bufferBytes()) {
      replies.send();
    }
  }

  private void written(Request request) throws IOException {
    if (request.has(Wire.FUA)) {
      replies.send();
      disk.flush();
    }
    replies.done(session, request);
  }

  private NbdError troubled(Request request, BlockException trouble) {
    resources.counters.failed(request.command(), request.command() + ": " + trouble.getMessage());
    resources.troubles.accept(trouble);
    return NbdError.of(trouble, request);
  }
}
