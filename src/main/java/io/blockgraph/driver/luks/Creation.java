package io.blockgraph.driver.luks;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.Resizable;
import io.blockgraph.driver.luks.Header.Slot;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// Makes a new image: a master key that nobody ever sees, in the first slot under a password.
final class Creation {
  private static final int KEY_BYTES = 64;
  private static final long HEADER_BYTES = 4096;
  private static final long SLOT_BYTES = 504 * Xts.SECTOR_BYTES;
  private static final long PAYLOAD = HEADER_BYTES + Header.SLOTS * SLOT_BYTES;

  private final SecureRandom random = new SecureRandom();
  private final int iterations;

  Creation(int iterations) {
    this.iterations = iterations;
  }

  /// Fills an empty file, which becomes as long as the header and `sizeBytes` of data.
  void into(BlockIo file, long sizeBytes, byte[] password) {
    if (!(file instanceof Resizable growable)) {
      throw new IllegalStateException("a new image is made in a file that cannot grow");
    }
    growable.resize(PAYLOAD + sizeBytes);
    byte[] master = bytes(KEY_BYTES);
    try {
      Slot slot = new Slot(true, salt(iterations), HEADER_BYTES, Header.STRIPES);
      write(file, HEADER_BYTES, material(slot, master, password));
      write(file, 0, header(slot, master).bytes());
      file.flush();
    } catch (GeneralSecurityException e) {
      throw new BlockException(Kind.UNSUPPORTED, "the ciphers for an image are missing", e);
    } finally {
      AntiForensic.erase(master);
    }
  }

  private Header header(Slot first, byte[] master) throws GeneralSecurityException {
    Pbkdf2.Salt salt = salt(Math.max(1000, iterations / 8));
    byte[] known = Pbkdf2.derive(Hash.SHA256, master, salt, Header.DIGEST_BYTES);
    List<Slot> slots = new ArrayList<>(List.of(first));
    for (int i = 1; i < Header.SLOTS; i++) {
      Pbkdf2.Salt none = new Pbkdf2.Salt(new byte[Header.SALT_BYTES], 0);
      slots.add(new Slot(false, none, HEADER_BYTES + i * SLOT_BYTES, Header.STRIPES));
    }
    Header.Digest digest = new Header.Digest(known, salt);
    return new Header(Hash.SHA256, PAYLOAD, KEY_BYTES, digest, UUID.randomUUID().toString(), slots);
  }

  private byte[] material(Slot slot, byte[] master, byte[] password)
      throws GeneralSecurityException {
    byte[] under = Pbkdf2.derive(Hash.SHA256, password, slot.salt(), KEY_BYTES);
    byte[] stripes = new AntiForensic(Hash.SHA256).split(master, slot.stripes(), random);
    new Xts(under).encrypt(stripes, stripes.length, 0);
    AntiForensic.erase(under);
    return stripes;
  }

  private Pbkdf2.Salt salt(int count) {
    return new Pbkdf2.Salt(bytes(Header.SALT_BYTES), count);
  }

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private static void write(BlockIo file, long offset, byte[] bytes) {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment from = arena.allocate(bytes.length);
      MemorySegment.copy(bytes, 0, from, ValueLayout.JAVA_BYTE, 0, bytes.length);
      file.write(offset, from);
    }
  }
}
