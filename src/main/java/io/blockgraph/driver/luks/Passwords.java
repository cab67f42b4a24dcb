package io.blockgraph.driver.luks;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.driver.Secrets;

/// The passwords that options name.
record Passwords(Secrets secrets) {
  /// The password of that name, to be erased by the caller.
  ///
  /// @throws BlockException INVALID when there is none, or it is empty
  byte[] of(String id) {
    byte[] password = secrets.reveal(id);
    if (password.length == 0) {
      throw new BlockException(Kind.INVALID, "the secret '" + id + "' is empty");
    }
    return password;
  }

  /// @throws BlockException as [#of]
  void requireThere(String id) {
    AntiForensic.erase(of(id));
  }

  /// @throws BlockException INVALID naming the option that has this name
  void requireThere(String option, String id) {
    try {
      requireThere(id);
    } catch (BlockException e) {
      throw new BlockException(Kind.INVALID, "'" + option + "': " + e.getMessage(), e);
    }
  }
}
