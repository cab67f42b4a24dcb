package io.blockgraph.rest;

import io.blockgraph.graph.Edge;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Topology;
import io.blockgraph.graph.User;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A picture of the graph: users on top, every node below all of its parents.
///
/// Drawn by hand because it must not need another program: layers by longest path, in the order
/// things were added.
final class SvgPicture {
  private static final int BOX_WIDTH = 190;
  private static final int BOX_HEIGHT = 46;
  private static final int GAP_X = 40;
  private static final int GAP_Y = 84;
  private static final int MARGIN = 20;

  /// A box: where it is and what it says.
  private record Box(int x, int y, String title, String subtitle, String style) {
    int middle() {
      return x + BOX_WIDTH / 2;
    }
  }

  private final Topology topology;
  private final Map<String, Integer> layers = new LinkedHashMap<>();
  private final Map<String, Box> boxes = new LinkedHashMap<>();

  private SvgPicture(Topology topology) {
    this.topology = topology;
  }

  static String of(Topology topology) {
    SvgPicture picture = new SvgPicture(topology);
    picture.layer();
    picture.place();
    return picture.draw();
  }

  /// Longest path from the top, by taking away what has no parents left.
  private void layer() {
    Map<String, Integer> parentsLeft = new HashMap<>();
    ArrayDeque<String> open = new ArrayDeque<>();
    for (User user : topology.users()) {
      open.add(user.id().value());
      layers.put(user.id().value(), 0);
    }
    for (NodeSpec node : topology.nodes()) {
      int parents = topology.parentsOf(node.name()).size();
      parentsLeft.put(node.name().value(), parents);
      layers.put(node.name().value(), topology.users().isEmpty() ? 0 : 1);
      if (parents == 0) {
        open.add(node.name().value());
      }
    }
    Map<String, List<Edge>> down = new HashMap<>();
    topology
        .edges()
        .forEach(e -> down.computeIfAbsent(e.parent().id(), _ -> new ArrayList<>()).add(e));
    while (!open.isEmpty()) {
      String upper = open.remove();
      for (Edge edge : down.getOrDefault(upper, List.of())) {
        String lower = edge.child().value();
        layers.merge(lower, layers.getOrDefault(upper, 0) + 1, Math::max);
        if (parentsLeft.merge(lower, -1, Integer::sum) == 0) {
          open.add(lower);
        }
      }
    }
  }

  private void place() {
    Map<Integer, Integer> columns = new HashMap<>();
    for (User user : topology.users()) {
      String id = user.id().value();
      boxes.put(id, box(id, user.kind().word(), "user", columns));
    }
    for (NodeSpec node : topology.nodes()) {
      String id = node.name().value();
      String subtitle = node.driver() + (node.readOnly() ? " (read-only)" : "");
      String style = node.origin() == NodeSpec.Origin.IMPLICIT ? "implicit" : "node";
      boxes.put(id, box(id, subtitle, style, columns));
    }
  }

  private Box box(String id, String subtitle, String style, Map<Integer, Integer> columns) {
    int layer = layers.getOrDefault(id, 0);
    int column = columns.merge(layer, 1, Integer::sum) - 1;
    int x = MARGIN + column * (BOX_WIDTH + GAP_X);
    int y = MARGIN + layer * (BOX_HEIGHT + GAP_Y);
    return new Box(x, y, id, subtitle, style);
  }

  private String draw() {
    int width = boxes.values().stream().mapToInt(b -> b.x() + BOX_WIDTH).max().orElse(0) + MARGIN;
    int height = boxes.values().stream().mapToInt(b -> b.y() + BOX_HEIGHT).max().orElse(0) + MARGIN;
    StringBuilder out = new StringBuilder();
    out.append(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"block graph\">\n"
            .formatted(width, height));
    out.append(
        """
        <defs><marker id="tip" markerWidth="9" markerHeight="9" refX="8" refY="4" orient="auto">\
        <path d="M0,0 L9,4 L0,8 z" fill="#555"/></marker></defs>
        """);
    out.append("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
    topology.edges().forEach(edge -> line(out, edge));
    boxes.values().forEach(box -> box(out, box));
    return out.append("</svg>\n").toString();
  }

  private void line(StringBuilder out, Edge edge) {
    Box from = boxes.get(edge.parent().id());
    Box to = boxes.get(edge.child().value());
    if (from == null || to == null) {
      throw new IllegalStateException("edge '" + edge.id() + "' has an end that is not drawn");
    }
    int startY = from.y() + BOX_HEIGHT;
    out.append(
        "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"#555\" marker-end=\"url(#tip)\"/>\n"
            .formatted(from.middle(), startY, to.middle(), to.y()));
    int labelX = (from.middle() + 2 * to.middle()) / 3;
    int labelY = (startY + 2 * to.y()) / 3;
    text(out, labelX, labelY - 6, 11, "#333", edge.name().value());
    text(
        out,
        labelX,
        labelY + 7,
        10,
        "#777",
        PermissionLetters.of(edge.grant().taken())
            + " / "
            + PermissionLetters.of(edge.grant().shared()));
  }

  private static void box(StringBuilder out, Box box) {
    String dash = box.style().equals("implicit") ? " stroke-dasharray=\"5 3\"" : "";
    String fill = box.style().equals("user") ? "#e8f0fe" : "#f6f6f4";
    int radius = box.style().equals("user") ? BOX_HEIGHT / 2 : 6;
    out.append(
        "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"%d\" fill=\"%s\" stroke=\"#444\"%s/>\n"
            .formatted(box.x(), box.y(), BOX_WIDTH, BOX_HEIGHT, radius, fill, dash));
    text(out, box.middle(), box.y() + 20, 13, "#111", box.title());
    text(out, box.middle(), box.y() + 36, 11, "#555", box.subtitle());
  }

  private static void text(StringBuilder out, int x, int y, int size, String colour, String text) {
    out.append(
        "<text x=\"%d\" y=\"%d\" font-family=\"sans-serif\" font-size=\"%d\" fill=\"%s\" text-anchor=\"middle\">%s</text>\n"
            .formatted(x, y, size, colour, escaped(text)));
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
