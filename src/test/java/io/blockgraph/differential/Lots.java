package io.blockgraph.differential;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/// Things to try of which one is drawn, the heavier ones more often.
final class Lots {
  private record Lot(int weight, Supplier<Command> command) {}

  private final Random random;
  private final List<Lot> lots = new ArrayList<>();

  Lots(Random random) {
    this.random = random;
  }

  Lots add(int weight, Supplier<Command> command) {
    lots.add(new Lot(weight, command));
    return this;
  }

  Command drawn() {
    int ticket = random.nextInt(lots.stream().mapToInt(Lot::weight).sum());
    for (Lot lot : lots) {
      ticket -= lot.weight();
      if (ticket < 0) {
        return lot.command().get();
      }
    }
    throw new IllegalStateException("nothing was drawn");
  }

  static <T> T pick(Random random, List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  static String anyOf(Random random, Collection<String> names) {
    return pick(random, names.stream().sorted().toList());
  }
}
