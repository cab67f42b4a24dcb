package io.blockgraph.engine;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.HostFile;
import io.blockgraph.driver.HostFileDisk;
import io.blockgraph.driver.HostFiles;
import io.blockgraph.driver.ImageFormat;
import io.blockgraph.driver.NodeRequest;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Roles;
import io.blockgraph.graph.Topology;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Image files that come into the graph along with something else: the node over such a file, and
/// the file itself where it is to be made. Any thread; asking changes nothing.
public final class ImageNodes {
  private static final DriverName FILE = new DriverName("file");

  private final BlockGraph graph;
  private final BackingLinks links;

  /// Images within the image roots of `graph`.
  public ImageNodes(BlockGraph graph) {
    this.graph = graph;
    this.links = new BackingLinks(graph);
  }

  /// A node over an image file.
  ///
  /// @param node its name; the node of the file is inline below it
  /// @param path the file, as a caller names it
  /// @param format the driver of the image
  /// @param origin NAMED, or INLINE for a node that goes when nobody uses it any more
  /// @param options of the node
  public record Image(
      NodeName node, String path, DriverName format, NodeSpec.Origin origin, Options options) {
    /// A named node without options.
    public static Image named(NodeName node, String path, DriverName format) {
      return new Image(node, path, format, NodeSpec.Origin.NAMED, Options.NONE);
    }
  }

  /// What it takes to have a node over an image file.
  ///
  /// @param edits add the node and the node of its file
  /// @param files are to be made; none for an image that is there
  public record Coming(List<GraphEdit> edits, List<FileCreation> files) {
    /// Copies the lists.
    public Coming {
      edits = List.copyOf(edits);
      files = List.copyOf(files);
    }
  }

  /// A new image in a new file.
  ///
  /// @param creation what its format takes to make one
  /// @param topology the graph it comes into
  public Result<Coming> made(Image image, Options creation, Topology topology) {
    return format(image)
        .then(
            format ->
                new Result.Done<>(
                    new Coming(
                        nodes(image, topology),
                        List.of(Images.creation(image.path(), format, creation)))));
  }

  /// An image that is there.
  ///
  /// @param topology the graph it comes into
  public Result<Coming> opened(Image image, Topology topology) {
    return format(image)
        .then(_ -> new Result.Done<>(new Coming(nodes(image, topology), List.of())));
  }

  /// What the image in a file says of itself.
  ///
  /// @throws BlockException when there is no such file, or no such image in it
  public Result<Map<String, Object>> described(Image image) {
    return format(image)
        .then(
            format -> {
              try (HostFile file =
                  graph.services().files().open(image.path(), HostFiles.Mode.READ_ONLY)) {
                return new Result.Done<>(format.describe(new HostFileDisk(file)));
              }
            });
  }

  /// Whether there is a file of that name.
  ///
  /// @throws BlockException when it cannot be told
  public boolean isThere(Image image) {
    try (HostFile _ = graph.services().files().open(image.path(), HostFiles.Mode.READ_ONLY)) {
      return true;
    } catch (BlockException e) {
      if (e.kind() == BlockException.Kind.NOT_FOUND) {
        return false;
      }
      throw e;
    }
  }

  /// What can be said when an image of this format is made.
  public Result<OptionSpec> creationOptions(Image image) {
    return format(image).then(format -> new Result.Done<>(format.createOptions()));
  }

  /// Options of a new image that names `backing` for other programs, where one file alone shows
  /// what that node shows.
  public Options naming(Image image, NodeName backing, Options creation, Topology topology) {
    return links
        .link(image.path(), backing, topology)
        .map(l -> creation.with("backingFile", l.file()).with("backingFormat", l.format()))
        .orElse(creation);
  }

  /// Has the image of a node say what backs it now, for other programs; everybody who uses it is
  /// held meanwhile.
  ///
  /// @return why it could not be, in sentences
  public List<String> nameBacking(NodeName node) {
    return links.persist(List.of(node));
  }

  /// What an image shall say of its backing disk.
  ///
  /// @param node the node of the image
  /// @param backing the node that backs it; empty for none
  /// @param file the name to write, where it is not to be made from the file of `backing`
  public record Relink(NodeName node, Optional<NodeName> backing, Optional<String> file) {}

  /// Has an image say what backs it, right now: for work in the held section of a change that ends
  /// with the users of the image held. A disk that is no such image is left as it is.
  ///
  /// @param disk the node's own disk, as it can be written
  /// @return why it could not be, in a sentence; the image says what it said before
  /// @throws BlockException when the storage failed
  public Optional<String> relink(Relink wish, BlockIo disk, Topology topology) {
    return links.relink(wish, disk, topology);
  }

  private Result<ImageFormat> format(Image image) {
    Optional<Driver> driver = graph.drivers().find(image.format());
    return driver.isPresent() && driver.get() instanceof ImageFormat format
        ? new Result.Done<>(format)
        : new Result.Rejected<>(new Rejection.NoImageFormat(image.format()));
  }

  private List<GraphEdit> nodes(Image image, Topology topology) {
    NodeRequest storage =
        new NodeRequest(
            Optional.empty(),
            FILE,
            NodeSpec.Access.READ_WRITE,
            new Options(Map.of("filename", image.path())),
            List.of());
    NodeRequest node =
        new NodeRequest(
            Optional.of(image.node()),
            image.format(),
            NodeSpec.Access.READ_WRITE,
            image.options(),
            List.of(
                new NodeRequest.ChildRequest(
                    ChildName.FILE,
                    roles(image.format()),
                    new NodeRequest.Target.Inline(storage))));
    return NewNodes.edits(node, image.origin(), topology);
  }

  /// What the file is to a node of that driver.
  private Roles roles(DriverName driver) {
    return graph.drivers().find(driver).orElseThrow().options().fields().stream()
        .map(OptionSpec.Field::type)
        .filter(OptionSpec.Type.Child.class::isInstance)
        .map(OptionSpec.Type.Child.class::cast)
        .filter(child -> child.childName().equals(ChildName.FILE.value()))
        .findFirst()
        .orElseThrow()
        .roles();
  }
}
