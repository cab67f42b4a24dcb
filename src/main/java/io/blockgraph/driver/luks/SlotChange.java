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
  /// @throws BlockException INVALID when no slot is free, the current password is wrong, or opening
  ///   would become more work than images may be
  int add(NewKey key) {
    Header header = Header.read(file);
    int index =
        header
            .free()
            .orElseThrow(
                () -> new BlockException(Kind.INVALID, "no key slot of the image is free"));
    put(header, index, key);
    return index;
  }

  /// Puts a key into this slot. One that holds a key is emptied first.
  ///
  /// @throws BlockException as [#add], and INVALID when there is no such slot or it holds the only
  ///   key
  void put(int index, NewKey key) {
    Header.requireSlot(index);
    put(Header.read(file), index, key);
  }

  private void put(Header header, int index, NewKey key) {
    header.requirePlaceFor(index);
    Slot old = header.slots().get(index);
    Pbkdf2.Salt salt = new Pbkdf2.Salt(bytes(Header.SALT_BYTES), key.iterations());
    Slot slot = new Slot(true, salt, old.material(), old.stripes());
    Header changed = header.with(index, slot);
    changed.requireRoomForWork();
    byte[] material = material(header, slot, key);
    if (old.enabled()) {
      header.requireOtherThan(index);
      state(header.with(index, header.empty(index)), index);
      file.flush();
    }
    write(slot.material(), material);
    describe(changed, index);
    file.flush();
    state(changed, index);
    file.flush();
  }

  private byte[] material(Header header, Slot slot, NewKey key) {
    byte[] master = new KeySlots(file, header).masterKey(key.current());
    try {
      return material(header, slot, master, key.added());
    } catch (GeneralSecurityException e) {
      throw new BlockException(Kind.UNSUPPORTED, "the ciphers of this image are missing", e);
    } finally {
      AntiForensic.erase(master);
    }
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
      throw new BlockException(Kind.INVALID, KeySlots.OPENS_NONE);
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
    Header.requireSlot(slot);
    erase(List.of(slot), force);
  }

  /// Erases the keys in these slots, as [#erase].
  void erase(List<Integer> slots, boolean force) {
    erase(Header.read(file), slots, force);
  }

  private void erase(Header header, List<Integer> slots, boolean force) {
    Header changed = header;
    for (int index : slots) {
      header.requirePlaceFor(index);
      changed = changed.with(index, header.empty(index));
    }
    if (!force) {
      header.requireKeyLeft(changed);
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
