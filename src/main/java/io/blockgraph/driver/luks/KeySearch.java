package io.blockgraph.driver.luks;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Groundwork;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Opens an image with a password, out of what was read of it. Takes as long as whoever made the
/// image wanted: it is what guessing costs.
final class KeySearch implements Groundwork {
  private final Header header;
  private final UsedSlots slots;
  private final byte[] password;
  private @Nullable Xts found;

  /// @param password is erased in the end
  KeySearch(BlockIo file, Header header, byte[] password) {
    this.header = header;
    this.slots = UsedSlots.of(file, header);
    this.password = password;
  }

  Header header() {
    return header;
  }

  /// The cipher that was found.
  Xts cipher() {
    Xts cipher = found;
    if (cipher == null) {
      throw new IllegalStateException("no key was looked for");
    }
    return cipher;
  }

  /// @throws BlockException INVALID when no slot opens
  @Override
  public void lay() {
    byte[] master = new KeySlots(slots, header).masterKey(password);
    try {
      found = new Xts(master);
    } catch (GeneralSecurityException e) {
      throw new BlockException(Kind.UNSUPPORTED, "the ciphers of this image are missing", e);
    } finally {
      AntiForensic.erase(master);
    }
  }

  @Override
  public boolean isFor(Groundwork other) {
    return other instanceof KeySearch search
        && Arrays.equals(header.bytes(), search.header.bytes())
        && slots.areSame(search.slots)
        && MessageDigest.isEqual(password, search.password);
  }

  @Override
  public void close() {
    AntiForensic.erase(password);
    found = null;
  }
}
