package io.blockgraph.demo;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/// Where the story is told, and the count of what was not as told.
final class Screen {
  private static final int MOST_COLUMNS = 1_200;

  private final PrintStream out;
  private final List<String> broken = new ArrayList<>();
  private int kept;

  Screen(PrintStream out) {
    this.out = out;
  }

  /// A new chapter, and what is going to happen in it.
  void chapter(String title, String expected) {
    out.printf("%n== %s%n   %s%n", title, expected.strip().replace("\n", "\n   "));
  }

  /// A sentence between two requests.
  void say(String sentence) {
    out.printf("%n   %s%n", sentence);
  }

  void request(Call call) {
    out.printf("%n   > %s /api/v1%s%s%n", call.method(), call.path(), call.bodyForPeople());
  }

  void answer(Call call, Answer answer) {
    out.println("   < " + answer.status() + " " + shortened(answer.brief(call.shown())));
  }

  void event(String json) {
    out.println("   * " + shortened(json));
  }

  void command(QemuImg.Ran ran) {
    out.printf("%n   $ %s%n", ran.command());
    out.printf("   %s (exit code %d)%n", ran.firstLine().strip(), ran.exitCode());
  }

  /// Whether something was as told.
  void check(String told, boolean isSo) {
    out.println((isSo ? "   ok: " : "   NOT AS TOLD: ") + told);
    if (isSo) {
      kept++;
    } else {
      broken.add(told);
    }
  }

  /// What was not as told.
  List<String> broken() {
    return List.copyOf(broken);
  }

  void summary() {
    out.printf("%n== %d checks were as told, %d were not%n", kept, broken.size());
    broken.forEach(told -> out.println("   NOT AS TOLD: " + told));
  }

  private static String shortened(String text) {
    return text.length() <= MOST_COLUMNS ? text : text.substring(0, MOST_COLUMNS) + " ...";
  }
}
