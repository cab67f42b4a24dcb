package io.blockgraph.driver.luks;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.driver.luks.SlotChange.NewKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// A change of the keys of an image. Secrets are told by name.
sealed interface KeyRequest {
  /// What can be said by the header alone, which takes no time.
  ///
  /// @throws BlockException INVALID naming slot or secret
  void requirePossible(Header header, Passwords passwords);

  /// Does it, in a copy of the header; takes as long as keys take.
  ///
  /// @throws BlockException INVALID when it cannot be
  void in(HeaderCopy copy, Passwords passwords);

  /// How much work trying a password shall be.
  sealed interface Work {
    /// Rounds of PBKDF2.
    record Rounds(int rounds) implements Work {}

    /// So long on this machine.
    record Millis(long millis) implements Work {}
  }

  /// Puts a key into a slot.
  ///
  /// @param added the secret that shall open the image
  /// @param current one that does
  /// @param slot where it goes; the first free one when empty
  /// @param force whether it may hold a key already
  record Add(String added, String current, OptionalInt slot, boolean force, Work work)
      implements KeyRequest {
    @Override
    public void requirePossible(Header header, Passwords passwords) {
      passwords.requireThere(KeyOptions.NEW_SECRET, added);
      passwords.requireThere(KeyOptions.SECRET, current);
      if (slot.isEmpty()) {
        if (header.free().isEmpty()) {
          throw new BlockException(Kind.INVALID, "no key slot of the image is free");
        }
        return;
      }
      int index = slot.getAsInt();
      header.requirePlaceFor(index);
      if (header.slots().get(index).enabled()) {
        header.requireOtherThan(index);
        if (!force) {
          throw new BlockException(
              Kind.INVALID,
              "key slot " + index + " holds a key; erase it first, or 'force' overwrites it");
        }
      }
    }

    @Override
    public void in(HeaderCopy copy, Passwords passwords) {
      byte[] known = passwords.of(current);
      byte[] fresh = passwords.of(added);
      NewKey key = new NewKey(known, fresh, rounds(Header.read(copy)));
      SlotChange change = new SlotChange(copy);
      try {
        slot.ifPresentOrElse(index -> change.put(index, key), () -> change.add(key));
      } finally {
        AntiForensic.erase(known);
        AntiForensic.erase(fresh);
      }
    }

    private int rounds(Header header) {
      return switch (work) {
        case Work.Rounds(int rounds) -> rounds;
        case Work.Millis(long millis) -> Pbkdf2.roundsIn(header.hash(), header.keyBytes(), millis);
      };
    }
  }

  /// Erases keys.
  ///
  /// @param old a secret: the slots it opens are erased
  /// @param slot the one slot that is erased, which `old` has to open when it is given
  /// @param force also the last key, and that of the node
  /// @param own the secret with which the node was opened
  record Erase(Optional<String> old, OptionalInt slot, boolean force, String own)
      implements KeyRequest {
    @Override
    public void requirePossible(Header header, Passwords passwords) {
      old.ifPresent(id -> passwords.requireThere(KeyOptions.OLD_SECRET, id));
      if (slot.isPresent()) {
        int index = slot.getAsInt();
        header.requirePlaceFor(index);
        boolean holds = header.used().contains(index) || header.unwiped().contains(index);
        if (!force && !holds) {
          throw new BlockException(
              Kind.INVALID,
              "key slot " + index + " holds no key; 'force' wipes it once more all the same");
        }
        if (!force) {
          header.requireKeyLeft(header.with(index, header.empty(index)));
        }
      }
    }

    @Override
    public void in(HeaderCopy copy, Passwords passwords) {
      Header header = Header.read(copy);
      List<Integer> slots = old.map(id -> opened(copy, header, passwords.of(id))).orElse(List.of());
      SlotChange change = new SlotChange(copy);
      if (slot.isEmpty()) {
        change.erase(slots, force);
      } else {
        int index = slot.getAsInt();
        if (old.isPresent() && !slots.contains(index)) {
          throw new BlockException(
              Kind.INVALID, "the secret '" + old.get() + "' does not open key slot " + index);
        }
        change.erase(List.of(index), force);
      }
      if (!force) {
        requireOpenable(copy, passwords);
      }
    }

    /// Also the slots where erasing the key was interrupted: who asks again gets it done.
    private static List<Integer> opened(HeaderCopy copy, Header header, byte[] password) {
      KeySlots keys = new KeySlots(copy, header);
      List<Integer> slots = new ArrayList<>(keys.openedBy(password));
      slots.addAll(keys.unwipedOf(password));
      AntiForensic.erase(password);
      if (slots.isEmpty()) {
        throw new BlockException(Kind.INVALID, KeySlots.OPENS_NONE);
      }
      return slots;
    }

    /// The node itself is opened again after a restart, with its own secret.
    private void requireOpenable(HeaderCopy copy, Passwords passwords) {
      byte[] password;
      try {
        password = passwords.of(own);
      } catch (BlockException e) {
        throw new BlockException(
            Kind.INVALID,
            "the node may not be opened again: its 'keySecret' cannot be tried ("
                + e.getMessage()
                + "); 'force' erases all the same",
            e);
      }
      boolean opens = !new KeySlots(copy, Header.read(copy)).openedBy(password).isEmpty();
      AntiForensic.erase(password);
      if (!opens) {
        throw new BlockException(
            Kind.INVALID,
            "the node could not be opened again: its 'keySecret' '"
                + own
                + "' would open no slot; change that of the node first, or say 'force'");
      }
    }
  }
}
