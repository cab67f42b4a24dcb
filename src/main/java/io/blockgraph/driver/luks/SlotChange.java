package io.blockgraph.driver.luks;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.driver.luks.Header.Slot;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;

/// Adds and erases keys of an image that is there. A crash at any point leaves every other slot as
/// it was: the state of a slot is a word that lies within one sector, and it is written by itself,
/// after everything that it makes valid and before anything that it makes invalid.
final class SlotChange {
  private static final int STATE_BYTES = 4;

  private final BlockIo file;
  private final SecureRandom random = new SecureRandom();

  SlotChange(BlockIo file) {
    this.file = file;
  }

  /// What a new key needs.
  ///
  /// @param current a password that opens the image
  /// @param added the one that shall open it, too
  /// @param iterations how much work it is to try it
  record NewKey(byte[] current, byte[] added, int iterations) {}

  /// Puts a key into the first free slot, which is told.
  ///
  /// @throws BlockException INVALID when no slot is free or the current password is wrong,
  ///   BAD_IMAGE when opening would become more work than images may be
  int add(NewKey key) {
    Header header = Header.read(file);
    int index = free(header);
    byte[] salt = bytes(Header.SALT_BYTES);
    Slot old = header.slots().get(index);
    Pbkdf2.Salt salted = new Pbkdf2.Salt(salt, key.iterations());
    Slot slot = new Slot(true, salted, old.material(), old.stripes());
    Header changed = header.with(index, slot);
    changed.requireReasonable();
    byte[] master = new KeySlots(file, header).masterKey(key.current());
    try {
      write(slot.material(), material(header, slot, master, key.added()));
    } catch (GeneralSecurityException e) {
      throw new BlockException(Kind.UNSUPPORTED, "the ciphers of this image are missing", e);
    } finally {
      AntiForensic.erase(master);
    }
    describe(changed, index);
    file.flush();
    state(changed, index);
    file.flush();
    return index;
  }

  private static int free(Header header) {
    for (int i = 0; i < Header.SLOTS; i++) {
      if (!header.slots().get(i).enabled() && header.hasPlaceFor(i)) {
        return i;
      }
    }
    throw new BlockException(Kind.INVALID, "no key slot of the image is free");
  }

  private byte[] material(Header header, Slot slot, byte[] master, byte[] password)
      throws GeneralSecurityException {
    byte[] under = Pbkdf2.derive(header.hash(), password, slot.salt(), header.keyBytes());
    byte[] stripes = new AntiForensic(header.hash()).split(master, slot.stripes(), random);
    byte[] whole = Arrays.copyOf(stripes, (int) header.place(slot).length());
    AntiForensic.erase(stripes);
    new Xts(under).encrypt(whole, whole.length, 0);
    AntiForensic.erase(under);
    return whole;
  }

  /// Erases the keys that a password opens; the slots are told.
  ///
  /// @param force also the last ones, which makes the data unreadable for ever
  /// @throws BlockException INVALID when it opens none, or would leave none
  List<Integer> eraseOpenedBy(byte[] password, boolean force) {
    Header header = Header.read(file);
    List<Integer> slots = new KeySlots(file, header).openedBy(password);
    if (slots.isEmpty()) {
      throw new BlockException(Kind.INVALID, "the secret opens no key slot of the image");
    }
    erase(header, slots, force);
    return slots;
  }

  /// Erases the key in a slot; one that is free is wiped once more, as after a crash that came
  /// between.
  ///
  /// @param force also the last one, which makes the data unreadable for ever
  /// @throws BlockException INVALID when there is no such slot, or no key would be left
  void erase(int slot, boolean force) {
    if (slot < 0 || slot >= Header.SLOTS) {
      throw new BlockException(
          Kind.INVALID, "key slots are 0 to " + (Header.SLOTS - 1) + ", there is no " + slot);
    }
    erase(Header.read(file), List.of(slot), force);
  }

  private void erase(Header header, List<Integer> slots, boolean force) {
    Header changed = header;
    for (int index : slots) {
      if (!header.hasPlaceFor(index)) {
        throw new BlockException(
            Kind.BAD_IMAGE, "key slot " + index + " is where something else of the image is");
      }
      Slot old = header.slots().get(index);
      Pbkdf2.Salt none = new Pbkdf2.Salt(new byte[Header.SALT_BYTES], 1);
      changed = changed.with(index, new Slot(false, none, old.material(), old.stripes()));
    }
    boolean had = header.slots().stream().anyMatch(Slot::enabled);
    if (!force && had && changed.slots().stream().noneMatch(Slot::enabled)) {
      throw new BlockException(
          Kind.INVALID, "no key would be left, and the data be lost for ever; 'force' does it");
    }
    for (int index : slots) {
      state(changed, index);
    }
    file.flush();
    for (int index : slots) {
      ByteRange place = header.place(header.slots().get(index));
      write(place.offset(), bytes((int) place.length()));
      describe(changed, index);
    }
    file.flush();
  }

  /// Writes everything of a slot but whether it holds a key.
  private void describe(Header header, int index) {
    int at = Header.SLOTS_AT + index * Header.SLOT_BYTES;
    byte[] all = header.bytes();
    write(at + STATE_BYTES, Arrays.copyOfRange(all, at + STATE_BYTES, at + Header.SLOT_BYTES));
  }

  /// Writes whether a slot holds a key.
  private void state(Header header, int index) {
    int at = Header.SLOTS_AT + index * Header.SLOT_BYTES;
    write(at, Arrays.copyOfRange(header.bytes(), at, at + STATE_BYTES));
  }

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private void write(long offset, byte[] bytes) {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment from = arena.allocate(bytes.length);
      MemorySegment.copy(bytes, 0, from, ValueLayout.JAVA_BYTE, 0, bytes.length);
      file.write(offset, from);
    }
  }
}
