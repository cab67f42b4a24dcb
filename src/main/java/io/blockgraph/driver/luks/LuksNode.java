package io.blockgraph.driver.luks;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Amendable.Amendment;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Prepared;
import io.blockgraph.driver.RangeLocks;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Options;
import java.util.Map;
import java.util.function.Supplier;

/// An open image: what its header says, and the cipher of its data.
final class LuksNode implements Node {
  private static final long LOCK_MS = 60_000;

  private final Supplier<Xts> cipher;
  private final RangeLocks locks = new RangeLocks(LOCK_MS);
  private final Passwords passwords;
  private volatile Header header;

  /// The name of the secret that opens the image.
  private volatile String keySecret;

  LuksNode(Header header, Supplier<Xts> cipher, Key key) {
    this.header = header;
    this.cipher = cipher;
    this.passwords = key.passwords();
    this.keySecret = key.secret();
  }

  /// With what it was opened.
  record Key(Passwords passwords, String secret) {}

  @Override
  public BlockIo bind(Children children) {
    return new LuksDisk(children.get(ChildName.FILE), this);
  }

  Xts cipher() {
    return cipher.get();
  }

  RangeLocks locks() {
    return locks;
  }

  /// Where the data begins; never another place.
  long payload() {
    return header.payload();
  }

  /// Thinks of a change of keys, by what is known of the header; whoever asks may hold others up,
  /// and the disk is not read.
  Amendment amendment(Options options) {
    Key opened = new Key(passwords, keySecret);
    KeyRequest request = new KeyOptions(options).request(opened.secret());
    request.requirePossible(header, passwords);
    return new KeyAmendment(request, opened);
  }

  /// Makes the change of keys that was thought of when the node was opened with `opened`.
  ///
  /// @throws BlockException INVALID when it would be opened with another secret by now
  void amend(BlockIo file, Key opened, HeaderCopy copy) {
    if (!keySecret.equals(opened.secret())) {
      throw new BlockException(
          Kind.INVALID, "the 'keySecret' of the node was changed by somebody meanwhile");
    }
    copy.replay(file);
    header = Header.read(file);
  }

  @Override
  public Prepared prepare(NodeChange change) {
    String wanted = secretOf(change.after());
    if (wanted.equals(secretOf(change.before()))) {
      return Prepared.NOTHING;
    }
    requireOpens(change.children().get(ChildName.FILE), wanted);
    return new Prepared() {
      @Override
      public void commit() {
        keySecret = wanted;
      }
    };
  }

  /// The secret is there; what it opens is not found out on trial, as [LuksDriver#rehearse] has it.
  @Override
  public void rehearse(NodeChange change) {
    passwords.requireThere(secretOf(change.after()));
  }

  private static String secretOf(NodeSpec spec) {
    return LuksDriver.keySecret(spec.options());
  }

  private void requireOpens(BlockIo file, String secret) {
    byte[] password = passwords.of(secret);
    try {
      AntiForensic.erase(new KeySlots(file, Header.read(file)).masterKey(password));
    } finally {
      AntiForensic.erase(password);
    }
  }

  @Override
  public Map<String, Object> facts() {
    return LuksDriver.facts(header);
  }

  /// Nothing of the keys.
  @Override
  public String toString() {
    return "LUKS image " + header.uuid();
  }

  @Override
  public void close(Children children) {
    // Nothing is held: what was written is in the file below.
  }
}
