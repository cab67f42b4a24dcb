package io.blockgraph.driver.nbd;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.driver.nbd.Exchange.Outcome;
import io.blockgraph.nbd.Wire;
import java.util.Optional;

/// What becomes of a request whose connection was lost before it was answered: the server may have
/// done it or not.
///
/// Reading and asking can be done twice. A change is sent once more when no other change of the
/// same bytes was under way with it, for whoever has seen it may have written over it meanwhile. A
/// discard is a hint, and done.
///
/// @param patience how long is waited for what
/// @param ledger whether there is hope for a flush
/// @param trouble what happened to the connection
/// @param over why nothing will be sent any more, if so
record Fate(
    Settings.Patience patience, FlushLedger ledger, String trouble, Optional<BlockException> over) {
  /// @param overdue whether the connection was broken off because the server was too slow
  Outcome of(Exchange exchange, boolean overdue) {
    long ageNanos = System.nanoTime() - exchange.begunNanos;
    if (over.isPresent()) {
      return failed(over.get().kind(), String.valueOf(over.get().getMessage()));
    }
    if (overdue && ageNanos >= patience.request()) {
      return failed(Kind.TIMEOUT, trouble);
    }
    if (exchange.command.number() == Wire.COMMAND_TRIM) {
      return new Outcome.Done();
    }
    if (exchange.command.number() == Wire.COMMAND_FLUSH && ledger.hasFailed()) {
      return failed(Kind.FLUSH_FAILED, trouble);
    }
    if (exchange.overtaken) {
      return failed(
          Kind.IO, trouble + "; whether the write was made is not known, as others overlapped it");
    }
    boolean tooOld = ageNanos >= patience.reconnect() + patience.request();
    return patience.reconnect() == 0 || tooOld ? failed(Kind.IO, trouble) : new Outcome.Lost();
  }

  private static Outcome failed(Kind kind, String why) {
    return new Outcome.Failed(new BlockException(kind, why));
  }
}
