package io.blockgraph.export.nbd;

import io.blockgraph.engine.bitmap.BitmapUsers;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import io.blockgraph.graph.User;
import io.blockgraph.graph.UserId;
import java.util.List;
import java.util.Optional;

/// An export of a node, as it is asked for and as the graph remembers it.
///
/// @param id its id among the users of the graph
/// @param node the node to serve
/// @param name the name clients ask for
/// @param description a text for people, at most 4,096 bytes; may be empty
/// @param access what clients may do, and with it what the export takes
/// @param maxConnections so many clients may use it at once; at least 1
/// @param length whether the node may become longer or shorter under its clients
/// @param shown what is told of the disk besides its data
public record NbdExportRequest(
    UserId id,
    NodeName node,
    ExportName name,
    String description,
    NbdExport.Access access,
    int maxConnections,
    Length length,
    Shown shown) {
  /// What clients can ask of a disk besides its data and where it is zero.
  ///
  /// @param bitmaps names of dirty bitmaps of the node or of one below it; remembered with the node
  ///   that has each
  /// @param depth whether they can ask which layer of the backing chain holds what
  public record Shown(List<String> bitmaps, Depth depth) {
    /// Nothing.
    public static final Shown NOTHING = new Shown(List.of(), Depth.HIDDEN);

    /// Copies `bitmaps`.
    public Shown {
      bitmaps = List.copyOf(bitmaps);
    }
  }

  /// Whether `qemu:allocation-depth` is offered.
  public enum Depth {
    SHOWN,
    HIDDEN
  }

  /// An export that shows nothing else.
  public NbdExportRequest(
      UserId id,
      NodeName node,
      ExportName name,
      String description,
      NbdExport.Access access,
      int maxConnections,
      Length length) {
    this(id, node, name, description, access, maxConnections, length, Shown.NOTHING);
  }

  /// The same, showing this.
  public NbdExportRequest showing(Shown other) {
    return new NbdExportRequest(id, node, name, description, access, maxConnections, length, other);
  }

  /// What an export lets others do with the length of its node.
  public enum Length {
    /// Nobody resizes it: clients cannot be told.
    FIXED,
    /// Anybody may; clients who come later are told the new length, and the others have to know.
    CHANGEABLE
  }

  private static final String TYPE = "type";
  private static final String NBD = "nbd";
  private static final String NAME = "name";
  private static final String DESCRIPTION = "description";
  private static final String WRITABLE = "writable";
  private static final String MAX_CONNECTIONS = "maxConnections";
  private static final String ALLOW_RESIZE = "allowResize";
  private static final String ALLOCATION_DEPTH = "allocationDepth";

  /// An export under its own id as the name, without description, for the usual number of clients.
  public static NbdExportRequest of(UserId id, NodeName node, NbdExport.Access access) {
    return new NbdExportRequest(
        id,
        node,
        new ExportName(id.value()),
        "",
        access,
        NbdExport.DEFAULT_CONNECTIONS,
        Length.FIXED);
  }

  /// What the graph remembers of `user`, if that is an NBD export.
  public static Optional<NbdExportRequest> of(User user, NodeName node) {
    Options options = user.options();
    if (user.kind() != User.Kind.EXPORT || !options.text(TYPE).equals(Optional.of(NBD))) {
      return Optional.empty();
    }
    return Optional.of(
        new NbdExportRequest(
            user.id(),
            node,
            new ExportName(options.text(NAME).orElseThrow()),
            options.text(DESCRIPTION).orElse(""),
            options.flag(WRITABLE, false) ? NbdExport.Access.WRITABLE : NbdExport.Access.READ_ONLY,
            Math.toIntExact(options.number(MAX_CONNECTIONS).orElseThrow()),
            options.flag(ALLOW_RESIZE, false) ? Length.CHANGEABLE : Length.FIXED,
            new Shown(
                options.list(BitmapUsers.BITMAPS).stream().map(String.class::cast).toList(),
                options.flag(ALLOCATION_DEPTH, false) ? Depth.SHOWN : Depth.HIDDEN)));
  }

  /// The same export of another node.
  NbdExportRequest of(NodeName other) {
    return new NbdExportRequest(
        id, other, name, description, access, maxConnections, length, shown);
  }

  /// The export as a user of the graph: it moves along when its node is replaced, and unless it
  /// says otherwise nobody may resize below it.
  User asUser() {
    return new User(
        id,
        User.Kind.EXPORT,
        List.of(new User.UserEdge(ChildName.ROOT, node, grant(), User.OnSwap.FOLLOW)),
        Options.NONE
            .with(TYPE, NBD)
            .with(NAME, name.value())
            .with(DESCRIPTION, description)
            .with(WRITABLE, access == NbdExport.Access.WRITABLE)
            .with(MAX_CONNECTIONS, (long) maxConnections)
            .with(ALLOW_RESIZE, length == Length.CHANGEABLE)
            .with(BitmapUsers.BITMAPS, shown.bitmaps())
            .with(ALLOCATION_DEPTH, shown.depth() == Depth.SHOWN));
  }

  private Grant grant() {
    Permissions read = Permissions.of(Permission.CONSISTENT_READ);
    return new Grant(
        access == NbdExport.Access.WRITABLE ? read.with(Permission.WRITE) : read,
        length == Length.CHANGEABLE ? Permissions.ALL : Permissions.ALL.without(Permission.RESIZE));
  }
}
