package io.blockgraph.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Tells the story of Blockgraph to a running service: what is asked, what is answered, and whether
/// it was as told.
///
/// Public because `./run demo` names it.
public final class Demo {
  private static final Pattern OWN_NAME = Pattern.compile("demo(\\d{1,6})-.*");

  private Demo() {}

  /// Tells the story to the service at the first argument, which keeps its images in the directory
  /// that is the second. Exit status 0 when everything was as told, 1 when not, 2 when the
  /// arguments are wrong.
  public static void main(String[] arguments) {
    if (arguments.length != 2) {
      System.err.println("the arguments are the URL of a service and the directory of its images");
      System.exit(2);
    }
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    Path images = Path.of(arguments[1]).toAbsolutePath().normalize();
    List<String> broken = tell(URI.create(arguments[0]), images, new Screen(out), Witness.NOBODY);
    System.exit(broken.isEmpty() ? 0 : 1);
  }

  /// Tells the whole story.
  ///
  /// @return what was not as told
  static List<String> tell(URI url, Path images, Screen screen, Witness witness) {
    try (Service service = new Service(url, witness);
        EventFeed events = service.events()) {
      Stage stage = new Stage(service, screen, images, run(service, images));
      RepairStory repair = new RepairStory(stage, events);
      chapters(
          screen, repair::quorum, repair::corruption, repair::repair, repair::refusedReplacement);
      ChainStory chain = new ChainStory(stage);
      chapters(screen, chain::snapshotInTheMiddle, chain::resizeBelowTheRoot);
      chapters(screen, new Checks(stage)::all);
    }
    screen.summary();
    return screen.broken();
  }

  /// Chapters that stand on each other: the first that cannot go on ends them all.
  private static void chapters(Screen screen, Runnable... chapters) {
    try {
      for (Runnable chapter : chapters) {
        chapter.run();
      }
    } catch (Stage.ChapterEnded | UncheckedIOException e) {
      screen.check("the story can go on after: " + e.getMessage(), false);
    }
  }

  /// A word for this run that neither a node nor a file of an earlier one begins with.
  private static String run(Service service, Path images) {
    List<String> names =
        service
            .ask(Call.get("/nodes"))
            .json()
            .path("nodes")
            .valueStream()
            .map(node -> node.path("nodeName").asString(""))
            .toList();
    try (Stream<Path> files = Files.list(images)) {
      Stream<String> taken =
          Stream.concat(names.stream(), files.map(file -> file.getFileName().toString()));
      int last =
          taken
              .map(OWN_NAME::matcher)
              .filter(Matcher::matches)
              .mapToInt(name -> Integer.parseInt(name.group(1)))
              .max()
              .orElse(0);
      return "demo" + (last + 1);
    } catch (IOException e) {
      throw new UncheckedIOException("the images in " + images + " cannot be listed", e);
    }
  }
}
