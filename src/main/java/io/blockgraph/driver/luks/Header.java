package io.blockgraph.driver.luks;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/// The header of a LUKS1 image, as its on-disk format specification has it. Looked at with
/// suspicion: what is read by it stays within the file and within reason.
///
/// @param hash what keys are derived with
/// @param payload where the data begins
/// @param keyBytes the length of the master key
/// @param digest by which the master key is known, with its salt
/// @param uuid the name of the image
/// @param slots eight, each of which may hold the master key under a password
record Header(Hash hash, long payload, int keyBytes, Digest digest, String uuid, List<Slot> slots) {
  static final int BYTES = 592;
  static final int SLOTS = 8;

  /// Where the first slot is described, and how long each description is.
  static final int SLOTS_AT = 208;

  static final int SLOT_BYTES = 48;
  static final int STRIPES = 4000;
  static final int DIGEST_BYTES = 20;
  static final int SALT_BYTES = 32;

  private static final long MAGIC = 0x4c554b53babe0001L;
  private static final int ENABLED = 0x00ac71f3;
  private static final int DISABLED = 0x0000dead;

  /// So much work opening an image may be, all slots together; more is an image that wants to keep
  /// us busy.
  private static final long MOST_ITERATIONS = 50_000_000;

  private static final int MOST_STRIPES = 100_000;

  /// By which a master key is known.
  record Digest(byte[] bytes, Pbkdf2.Salt salt) {}

  /// A place for the master key under a password.
  ///
  /// @param salt with no iterations where there never was a key, or where it was wiped
  /// @param material where its stripes are
  record Slot(boolean enabled, Pbkdf2.Salt salt, long material, int stripes) {}

  /// Reads it out of an image.
  ///
  /// @throws BlockException BAD_IMAGE naming the field
  static Header read(BlockIo file) {
    if (file.sizeBytes() < BYTES) {
      throw bad("the file is too short for a header");
    }
    ByteBuffer bytes = ByteBuffer.wrap(bytes(file, 0, BYTES));
    if (bytes.getLong() != MAGIC) {
      throw bad("there is no header of LUKS version 1");
    }
    String cipher = text(bytes, 32) + "-" + text(bytes, 32);
    if (!cipher.equals("aes-xts-plain64")) {
      throw new BlockException(
          Kind.UNSUPPORTED, "the cipher is '" + cipher + "', and only aes-xts-plain64 is known");
    }
    String hashed = text(bytes, 32);
    Hash hash =
        Hash.of(hashed)
            .orElseThrow(
                () ->
                    new BlockException(Kind.UNSUPPORTED, "the hash '" + hashed + "' is not known"));
    long payload = sector(bytes);
    int keyBytes = bytes.getInt();
    if (keyBytes != 32 && keyBytes != 64) {
      throw bad("a key of " + keyBytes + " bytes");
    }
    byte[] known = take(bytes, DIGEST_BYTES);
    byte[] salt = take(bytes, SALT_BYTES);
    Digest digest = new Digest(known, new Pbkdf2.Salt(salt, iterations(bytes.getInt())));
    String uuid = text(bytes, 40);
    List<Slot> slots = new ArrayList<>();
    for (int i = 0; i < SLOTS; i++) {
      slots.add(slot(bytes, keyBytes, payload));
    }
    if (payload < BYTES || payload > file.sizeBytes()) {
      throw bad("the data begins at " + payload + " of " + file.sizeBytes() + " bytes");
    }
    Header header = new Header(hash, payload, keyBytes, digest, uuid, slots);
    header.requireReasonable();
    return header;
  }

  private void requireReasonable() {
    if (workLeft() < 0) {
      throw bad("more than " + MOST_ITERATIONS + " iterations");
    }
  }

  /// How many more iterations opening the image may take.
  private long workLeft() {
    long work =
        slots.stream().filter(Slot::enabled).mapToLong(slot -> slot.salt().iterations()).sum();
    return MOST_ITERATIONS - work - (long) SLOTS * digest.salt().iterations();
  }

  /// @throws BlockException INVALID when with its new key opening it is more work than this opens
  void requireRoomForWork() {
    if (workLeft() < 0) {
      throw new BlockException(
          Kind.INVALID,
          "all keys together would take %d iterations more than the %d an image may"
              .formatted(-workLeft(), MOST_ITERATIONS));
    }
  }

  /// @throws BlockException INVALID when there is no such slot
  static void requireSlot(int index) {
    if (index < 0 || index >= SLOTS) {
      throw new BlockException(
          Kind.INVALID, "key slots are 0 to " + (SLOTS - 1) + ", there is no " + index);
    }
  }

  /// The first slot a key can be put into.
  OptionalInt free() {
    return IntStream.range(0, SLOTS)
        .filter(i -> !slots.get(i).enabled() && hasPlaceFor(i))
        .findFirst();
  }

  /// The slots that hold a key.
  List<Integer> used() {
    return IntStream.range(0, SLOTS).filter(i -> slots.get(i).enabled()).boxed().toList();
  }

  /// The slots that say they hold no key, and still say how it was derived: its material may be
  /// there, as when erasing it was interrupted. None when trying them is too much work.
  List<Integer> unwiped() {
    List<Integer> found =
        IntStream.range(0, SLOTS)
            .filter(i -> !slots.get(i).enabled() && iterationsOf(i) > 0 && hasPlaceFor(i))
            .boxed()
            .toList();
    long work = found.stream().mapToLong(this::iterationsOf).sum();
    return work > MOST_ITERATIONS ? List.of() : found;
  }

  private long iterationsOf(int index) {
    return slots.get(index).salt().iterations();
  }

  /// The slot at `index` without its key.
  Slot empty(int index) {
    Pbkdf2.Salt none = new Pbkdf2.Salt(new byte[SALT_BYTES], 0);
    return new Slot(false, none, slots.get(index).material(), slots.get(index).stripes());
  }

  /// @throws BlockException INVALID when `after` has no key though this has
  void requireKeyLeft(Header after) {
    boolean had = slots.stream().anyMatch(Slot::enabled);
    if (had && after.slots().stream().noneMatch(Slot::enabled)) {
      throw new BlockException(
          Kind.INVALID, "no key would be left, and the data be lost for ever; 'force' does it");
    }
  }

  /// @throws BlockException INVALID when no slot but this one holds a key
  void requireOtherThan(int index) {
    if (with(index, empty(index)).slots().stream().noneMatch(Slot::enabled)) {
      throw new BlockException(
          Kind.INVALID,
          "key slot "
              + index
              + " holds the only key, and a crash would lose it; put the new one into another slot"
              + " and erase this one then");
    }
  }

  /// @throws BlockException BAD_IMAGE when something else is where the material of a slot goes
  void requirePlaceFor(int index) {
    if (!hasPlaceFor(index)) {
      throw new BlockException(
          Kind.BAD_IMAGE, "key slot " + index + " is where something else of the image is");
    }
  }

  /// The same with another slot at `index`.
  Header with(int index, Slot slot) {
    List<Slot> changed = new ArrayList<>(slots);
    changed.set(index, slot);
    return new Header(hash, payload, keyBytes, digest, uuid, changed);
  }

  /// Whether the material of a slot is where nothing else is: what a free one says of itself is not
  /// looked at when the image is opened.
  private boolean hasPlaceFor(int index) {
    Slot slot = slots.get(index);
    if (slot.stripes() < 1 || slot.stripes() > MOST_STRIPES) {
      return false;
    }
    ByteRange place = place(slot);
    for (int i = 0; i < SLOTS; i++) {
      Slot other = slots.get(i);
      if (i != index && other.enabled() && !place.intersect(place(other)).isEmpty()) {
        return false;
      }
    }
    return place.offset() >= BYTES && place.end() <= payload;
  }

  /// The whole sectors in which the material of a slot is.
  ByteRange place(Slot slot) {
    long bytes = (long) slot.stripes() * keyBytes;
    long sectors = Math.ceilDiv(bytes, (long) Xts.SECTOR_BYTES);
    return new ByteRange(slot.material(), sectors * Xts.SECTOR_BYTES);
  }

  private static Slot slot(ByteBuffer bytes, int keyBytes, long payload) {
    int state = bytes.getInt();
    int iterations = bytes.getInt();
    byte[] salt = take(bytes, SALT_BYTES);
    long material = sector(bytes);
    int stripes = bytes.getInt();
    if (state == DISABLED) {
      return new Slot(false, new Pbkdf2.Salt(salt, iterations), material, stripes);
    }
    if (state != ENABLED || stripes < 1 || stripes > MOST_STRIPES) {
      throw bad("a key slot that is neither free nor used, or of " + stripes + " stripes");
    }
    if (material < BYTES || material + (long) stripes * keyBytes > payload) {
      throw bad("a key slot at " + material + ", outside of the header");
    }
    return new Slot(true, new Pbkdf2.Salt(salt, iterations(iterations)), material, stripes);
  }

  private static int iterations(int count) {
    if (count < 1 || count > MOST_ITERATIONS) {
      throw bad(Integer.toUnsignedString(count) + " iterations");
    }
    return count;
  }

  private static long sector(ByteBuffer bytes) {
    return Integer.toUnsignedLong(bytes.getInt()) * Xts.SECTOR_BYTES;
  }

  private static byte[] take(ByteBuffer bytes, int count) {
    byte[] taken = new byte[count];
    bytes.get(taken);
    return taken;
  }

  private static String text(ByteBuffer bytes, int field) {
    String text = new String(take(bytes, field), StandardCharsets.US_ASCII);
    int end = text.indexOf('\0');
    return (end < 0 ? text : text.substring(0, end)).replaceAll("[^\\p{Print}]", "?");
  }

  private static BlockException bad(String what) {
    return new BlockException(Kind.BAD_IMAGE, "no LUKS image: " + what);
  }

  /// As it stands in an image.
  byte[] bytes() {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES).putLong(MAGIC);
    put(bytes, "aes", 32);
    put(bytes, "xts-plain64", 32);
    put(bytes, hash.word(), 32);
    bytes.putInt((int) (payload / Xts.SECTOR_BYTES)).putInt(keyBytes).put(digest.bytes());
    bytes.put(digest.salt().bytes()).putInt(digest.salt().iterations());
    put(bytes, uuid, 40);
    for (Slot slot : slots) {
      bytes.putInt(slot.enabled() ? ENABLED : DISABLED);
      bytes.putInt(slot.enabled() ? slot.salt().iterations() : 0).put(slot.salt().bytes());
      bytes.putInt((int) (slot.material() / Xts.SECTOR_BYTES)).putInt(slot.stripes());
    }
    return bytes.array();
  }

  private static void put(ByteBuffer bytes, String text, int field) {
    int start = bytes.position();
    bytes.put(text.getBytes(StandardCharsets.US_ASCII)).position(start + field);
  }

  /// Bytes of a file.
  static byte[] bytes(BlockIo file, long offset, int count) {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment into = arena.allocate(count);
      file.read(offset, into);
      return into.toArray(ValueLayout.JAVA_BYTE);
    }
  }
}
