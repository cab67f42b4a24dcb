package io.blockgraph.driver.luks;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.luks.Header.Slot;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/// Finds the master key of an image with a password.
final class KeySlots {
  static final String OPENS_NONE = "the secret opens no key slot of the image";

  private final BlockIo file;
  private final Header header;

  KeySlots(BlockIo file, Header header) {
    this.file = file;
    this.header = header;
  }

  /// The master key. Takes as long as whoever made the image wanted: it is what guessing costs.
  ///
  /// @throws BlockException FORBIDDEN when no slot opens
  byte[] masterKey(byte[] password) {
    try {
      for (Slot slot : header.slots()) {
        if (slot.enabled()) {
          byte[] key = key(slot, password);
          if (isMaster(key)) {
            return key;
          }
          AntiForensic.erase(key);
        }
      }
    } catch (GeneralSecurityException e) {
      throw new BlockException(Kind.UNSUPPORTED, "the ciphers of this image are missing", e);
    }
    throw new BlockException(Kind.INVALID, OPENS_NONE);
  }

  /// The slots that a password opens; none when it is a wrong one.
  List<Integer> openedBy(byte[] password) {
    return openedBy(password, header.used());
  }

  /// The slots whose key a password would still open, though they say they hold none.
  List<Integer> unwipedOf(byte[] password) {
    return openedBy(password, header.unwiped());
  }

  private List<Integer> openedBy(byte[] password, List<Integer> tried) {
    List<Integer> opened = new ArrayList<>();
    try {
      for (int i : tried) {
        byte[] key = key(header.slots().get(i), password);
        if (isMaster(key)) {
          opened.add(i);
        }
        AntiForensic.erase(key);
      }
    } catch (GeneralSecurityException e) {
      throw new BlockException(Kind.UNSUPPORTED, "the ciphers of this image are missing", e);
    }
    return opened;
  }

  private byte[] key(Slot slot, byte[] password) throws GeneralSecurityException {
    byte[] under = Pbkdf2.derive(header.hash(), password, slot.salt(), header.keyBytes());
    int bytes = header.keyBytes() * slot.stripes();
    int whole = Math.ceilDiv(bytes, Xts.SECTOR_BYTES) * Xts.SECTOR_BYTES;
    byte[] stripes = Header.bytes(file, slot.material(), whole);
    new Xts(under).decrypt(stripes, whole, 0);
    AntiForensic.erase(under);
    byte[] exact = java.util.Arrays.copyOf(stripes, bytes);
    AntiForensic.erase(stripes);
    return new AntiForensic(header.hash()).merge(exact, header.keyBytes());
  }

  private boolean isMaster(byte[] key) throws GeneralSecurityException {
    Header.Digest known = header.digest();
    byte[] digest = Pbkdf2.derive(header.hash(), key, known.salt(), Header.DIGEST_BYTES);
    return MessageDigest.isEqual(digest, known.bytes());
  }
}
