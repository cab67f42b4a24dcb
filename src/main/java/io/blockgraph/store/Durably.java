package io.blockgraph.store;

import io.blockgraph.engine.GraphStore.StoreException;
import java.util.function.Supplier;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/// Work in the database as one transaction, durable when it returns. Any thread.
record Durably(TransactionTemplate transactions) {
  /// Does `work`, which answers something.
  ///
  /// @param what what it is, for the message: the state store could not ...
  /// @throws StoreException when the database fails
  <T> T make(String what, Supplier<T> work) {
    try {
      T result = transactions.execute(_ -> work.get());
      if (result == null) {
        throw new IllegalStateException("no answer from the store while it was to " + what);
      }
      return result;
    } catch (DataAccessException | TransactionException e) {
      throw new StoreException("the state store could not " + what + ": " + e.getMessage(), e);
    }
  }
}
