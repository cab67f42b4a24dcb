package io.blockgraph.engine.bitmap;

import io.blockgraph.engine.bitmap.BitmapEdit.Source;
import io.blockgraph.graph.BitmapName;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Topology;
import io.blockgraph.graph.User;
import io.blockgraph.graph.UserId;
import java.util.List;
import java.util.stream.Stream;

/// Which users of a graph show bitmaps to others, as exports do: these bitmaps are busy.
public final class BitmapUsers {
  /// Under this name the options of a user list the bitmaps it shows, each as [#text].
  public static final String BITMAPS = "bitmaps";

  private BitmapUsers() {}

  /// A bitmap with its node as one text.
  public static String text(Source bitmap) {
    return bitmap.node() + "/" + bitmap.bitmap();
  }

  /// The opposite of [#text]: the name of a node has no slash.
  public static Source bitmap(String text) {
    int slash = text.indexOf('/');
    return new Source(
        new NodeName(text.substring(0, slash)), new BitmapName(text.substring(slash + 1)));
  }

  /// Who shows the bitmap.
  public static List<UserId> of(Source bitmap, Topology topology) {
    return users(topology)
        .filter(user -> user.options().list(BITMAPS).contains(text(bitmap)))
        .map(User::id)
        .toList();
  }

  private static Stream<User> users(Topology topology) {
    return topology.users().stream().filter(user -> user.kind() == User.Kind.EXPORT);
  }
}
