package io.blockgraph.os;

import static io.blockgraph.os.ByteLocks.CONSISTENT_READ;
import static io.blockgraph.os.ByteLocks.RESIZE;
import static io.blockgraph.os.ByteLocks.WRITE;
import static io.blockgraph.os.ByteLocks.WRITE_UNCHANGED;
import static io.blockgraph.os.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.os.ByteLocks.Mode;
import io.blockgraph.os.ImageRoots.Devices;
import io.blockgraph.os.OpenFile.Access;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ByteLocksTest {
  private static final int ALL = CONSISTENT_READ | WRITE | WRITE_UNCHANGED | RESIZE;

  @TempDir Path folder;
  private Path path;
  private ImageRoots roots;
  private OpenFile file;
  private ByteLocks locks;

  @BeforeEach
  void create() {
    roots = ImageRoots.open(List.of(folder), Devices.REFUSED);
    file = roots.create("a.img");
    path = folder.resolve("a.img");
    locks = ByteLocks.open(file, Mode.ON);
  }

  @AfterEach
  void close() {
    file.close();
    locks.close();
    roots.close();
  }

  private static void set(ByteLocks locks, int used, int unshared) {
    locks.prepare(used, unshared);
    locks.commit();
  }

  @Test
  void holdsAByteForEachUsedAndEachUnsharedPermission() throws Exception {
    set(locks, CONSISTENT_READ | WRITE | RESIZE, WRITE | RESIZE);
    assertThat(HeldBytes.of(path)).containsExactly(100, 101, 103, 201, 203);

    set(locks, ALL, ALL);
    assertThat(HeldBytes.of(path)).containsExactly(100, 101, 102, 103, 200, 201, 202, 203);

    set(locks, 0, 0);
    assertThat(HeldBytes.of(path)).isEmpty();
  }

  /// For every pair of owners: asking says what taking then says, and takes nothing.
  @Test
  void asksWithoutTakingWhatTakingWouldSay() {
    try (OpenFile again = roots.open("a.img", Access.READ_ONLY);
        ByteLocks other = ByteLocks.open(again, Mode.ON)) {
      for (int mine = 0; mine < 4; mine++) {
        set(locks, used(mine, WRITE), unshared(mine, WRITE));
        for (int theirs = 0; theirs < 4; theirs++) {
          int used = used(theirs, WRITE);
          int unshared = unshared(theirs, WRITE);
          boolean refused = isRefused(() -> other.requireFree(used, unshared));
          assertThat(gets(locks, ALL, ALL)).as("the other has taken nothing").isTrue();
          assertThat(refused).isEqualTo(isRefused(() -> set(other, used, unshared)));
          set(other, 0, 0);
        }
      }
      again.close();
    }
  }

  private static boolean isRefused(Runnable call) {
    try {
      call.run();
      return false;
    } catch (BlockException e) {
      assertThat(e.kind()).isEqualTo(Kind.LOCKED);
      return true;
    }
  }

  @Test
  void holdsOldAndNewUntilItIsDecided() throws Exception {
    set(locks, CONSISTENT_READ, WRITE);

    locks.prepare(WRITE, RESIZE);
    assertThat(HeldBytes.of(path)).containsExactly(100, 101, 201, 203);
    locks.abort();
    assertThat(HeldBytes.of(path)).containsExactly(100, 201);

    set(locks, WRITE, RESIZE);
    assertThat(HeldBytes.of(path)).containsExactly(101, 203);
  }

  @Test
  void agreesWithTheRuleForEveryPairOfOwnersOfOnePermission() {
    try (OpenFile again = roots.open("a.img", Access.READ_ONLY);
        ByteLocks others = ByteLocks.open(again, Mode.ON)) {
      for (int permission = 1; permission <= RESIZE; permission *= 2) {
        for (int mine = 0; mine < 4; mine++) {
          set(locks, used(mine, permission), unshared(mine, permission));
          for (int theirs = 0; theirs < 4; theirs++) {
            boolean clash = (mine & 1 & theirs >> 1) + (theirs & 1 & mine >> 1) > 0;
            assertThat(gets(others, used(theirs, permission), unshared(theirs, permission)))
                .isEqualTo(!clash);
          }
        }
      }
      again.close();
    }
  }

  private static int used(int owner, int permission) {
    return (owner & 1) * permission;
  }

  private static int unshared(int owner, int permission) {
    return (owner >> 1) * permission;
  }

  @Test
  void keepsPermissionsApart() {
    try (OpenFile again = roots.open("a.img", Access.READ_ONLY);
        ByteLocks others = ByteLocks.open(again, Mode.ON)) {
      for (int permission = 1; permission <= RESIZE; permission *= 2) {
        set(locks, permission, permission);
        assertThat(gets(others, ALL & ~permission, ALL & ~permission)).isTrue();
      }
      again.close();
    }
  }

  private static boolean gets(ByteLocks locks, int used, int unshared) {
    try {
      locks.prepare(used, unshared);
      locks.abort();
      return true;
    } catch (BlockException e) {
      assertThat(e.kind()).isEqualTo(Kind.LOCKED);
      return false;
    }
  }

  @Test
  void isAsItWasAfterARefusal() throws Exception {
    set(locks, CONSISTENT_READ, 0);
    try (LockingProcess other =
        LockingProcess.start("hold", folder.toString(), "a.img", "1", "2")) {
      assertThat(other.line()).isEqualTo("held");

      assertFails(Kind.LOCKED, () -> locks.prepare(CONSISTENT_READ | WRITE | RESIZE, WRITE))
          .isEqualTo(
              "'%s' is locked, process %d (java) does not share WRITE", file.name(), other.pid());
      assertThat(HeldBytes.of(path)).containsExactly(100, 201);
    }
    set(locks, CONSISTENT_READ | WRITE | RESIZE, WRITE);
  }

  @Test
  void namesWhoUsesWhatIsNotToBeShared() throws Exception {
    try (LockingProcess other =
        LockingProcess.start("hold", folder.toString(), "a.img", "8", "0")) {
      assertThat(other.line()).isEqualTo("held");

      assertFails(Kind.LOCKED, () -> locks.prepare(WRITE, RESIZE | CONSISTENT_READ))
          .contains("process " + other.pid(), "uses RESIZE, which is not to be shared");
    }
  }

  @Test
  void namesAnotherOpeningInThisProcess() {
    set(locks, WRITE, 0);
    try (OpenFile again = roots.open("a.img", Access.READ_ONLY);
        ByteLocks others = ByteLocks.open(again, Mode.ON)) {
      assertFails(Kind.LOCKED, () -> others.prepare(0, WRITE))
          .contains("another opening in this process uses WRITE");
      again.close();
    }
  }

  @Test
  void namesTheHolderOfAForeignExclusiveLock() throws Exception {
    try (var channel =
        java.nio.channels.FileChannel.open(path, java.nio.file.StandardOpenOption.WRITE)) {
      assertThat(channel.tryLock(0, 1000, false)).isNotNull(); // POSIX, of this process
      assertFails(Kind.LOCKED, () -> locks.prepare(WRITE, 0)).contains("byte 101");
    }
    assertThat(HeldBytes.of(path)).isEmpty();
  }

  @Test
  void survivesOpeningAndClosingTheFileElsewhere() throws Exception {
    set(locks, WRITE, WRITE);

    roots.open("a.img", Access.READ_WRITE).close();
    Files.write(path, new byte[10]);

    assertThat(HeldBytes.of(path)).containsExactly(101, 201);
  }

  @Test
  void lastsUntilTheFileIsClosedWhateverIsClosedFirst() throws Exception {
    set(locks, WRITE, WRITE);

    locks.close();
    assertThat(HeldBytes.of(path)).containsExactly(101, 201);
    file.close();
    assertThat(HeldBytes.of(path)).isEmpty();
  }

  @Test
  void movesOnToANewOpeningOfTheSameFile() throws Exception {
    set(locks, CONSISTENT_READ, WRITE);
    OpenFile again = roots.open("a.img", Access.READ_WRITE);
    locks.guard(again);
    file.close();
    set(locks, CONSISTENT_READ | WRITE, WRITE);

    locks.close();
    assertThat(HeldBytes.of(path)).containsExactly(100, 101, 201);
    again.close();
    assertThat(HeldBytes.of(path)).isEmpty();
  }

  @Test
  void guardsNoOtherFile() {
    try (OpenFile other = roots.create("b.img")) {
      assertThatThrownBy(() -> locks.guard(other)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void takesNoLocksWhenTheOperatorSaysSo() throws Exception {
    set(locks, ALL, ALL);
    try (OpenFile again = roots.open("a.img", Access.READ_WRITE);
        ByteLocks none = ByteLocks.open(again, Mode.OFF)) {
      set(none, ALL, ALL);
      again.close();
    }
    assertThat(HeldBytes.of(path)).hasSize(8);
  }

  @Test
  void refusesToBeChangedTwiceAtATime() {
    locks.prepare(WRITE, 0);
    assertThatThrownBy(() -> locks.prepare(0, 0)).isInstanceOf(IllegalStateException.class);
    locks.commit();
    assertThatThrownBy(locks::commit).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(locks::abort).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void vanishWithAKilledProcess() throws Exception {
    for (int round = 0; round < 3; round++) {
      LockingProcess other = LockingProcess.start("hold", folder.toString(), "a.img", "11", "10");
      assertThat(other.line()).isEqualTo("held");
      assertThat(gets(locks, WRITE, WRITE)).isFalse();
      other.close();
      assertThat(gets(locks, WRITE, WRITE)).isTrue();
    }
  }

  @Test
  void haveNeverTwoOwnersWhenTwoProcessesRace() throws Exception {
    String[] race = {"race", folder.toString(), "a.img", "4000"};
    try (LockingProcess one = LockingProcess.start(race);
        LockingProcess two = LockingProcess.start(race)) {
      for (LockingProcess racer : List.of(one, two)) {
        assertThat(racer.line()).isEqualTo("ready");
      }
      one.go();
      two.go();
      String first = one.line();
      String second = two.line();
      assertThat(number("owned", first)).as(first).isPositive();
      assertThat(number("owned", second)).as(second).isPositive();
      assertThat(number("refused", first) + number("refused", second)).isPositive();
    }
  }

  private static int number(String what, String line) {
    return Integer.parseInt(line.replaceFirst(".*" + what + " ([0-9]+).*", "$1"));
  }
}
