package io.blockgraph.differential;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/// One of the two systems that are compared. One thread.
interface Side extends AutoCloseable {
  /// Does what is asked, and waits until nothing goes on happening because of it.
  Verdict ask(Command command);

  /// How it looks now. Jobs are looked at before the graph: a job that is over has left it.
  Picture picture();

  /// All bytes of a node; refused when it cannot be read.
  Verdict content(Picture.Node node);

  /// What a bitmap of a node marks, as text to compare.
  String marks(String node, String bitmap);

  /// Takes away every job, export and node.
  void closeNodes();

  /// The images it was given or has made.
  List<Path> images();

  /// Takes away every image.
  void removeImages();

  @Override
  void close();

  /// Deletes nodes until there is none that can be, the upper ones before those they stand on.
  ///
  /// @param who the side, for the error when some are left
  /// @param names those that are there now
  default void deleteAll(String who, Supplier<List<String>> names) {
    List<String> left = names.get();
    boolean gone = true;
    while (gone) {
      gone = false;
      for (String name : left) {
        gone |= ask(new Command.DeleteNode(name)).isAccepted();
      }
      left = names.get();
    }
    if (!left.isEmpty()) {
      throw new AssertionError(who + " does not let go of " + left);
    }
  }
}
